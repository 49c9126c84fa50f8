/**
 * Two sizes of the engine from one source: the core build does the main job (dense layers, labels in the input, class-wise goodness) in under
 * 24 KiB, the full build does every variant of the papers. A spec within the core's reach gives the same bits in both.
 */
// @ts-ignore: decorator
@inline export const FULL: bool = isDefined(MAYFLY_FULL);
