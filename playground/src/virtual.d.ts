/** Made by scripts/playground_build.mjs. */
declare module "virtual:worker" {
  /** The worker's whole script: pages from a disk may start workers from memory only. */
  const script: string;
  export default script;
}
declare module "virtual:boards" {
  /** Texts of firmware-sim/boards/*.json, by file. */
  const texts: Readonly<Record<string, string>>;
  export default texts;
}
