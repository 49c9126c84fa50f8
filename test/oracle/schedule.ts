/** η_t: the rate held, then falling in a line to 0. */
export function scheduledRate(rate: number, step: number, holdSteps: number, totalSteps: number): number {
  if (totalSteps === 0 || step < holdSteps) return rate;
  if (step >= totalSteps) return 0;
  return Number((BigInt(rate) * BigInt(totalSteps - step)) / BigInt(totalSteps - holdSteps));
}
