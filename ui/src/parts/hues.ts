// One hue per chat service, far enough apart to tell them at a glance.
const hues: Record<string, number> = {
  chatlio: 50,
  smartsupp: 255,
  comm100: 150,
  chatvisor: 310,
  snapengage: 15,
  tawkto: 105,
};

/** A service without a chosen hue gets one from its name, always the same. */
export function hueOf(provider: string): number {
  const chosen = hues[provider];
  if (chosen !== undefined) return chosen;
  let sum = 7;
  for (const letter of provider) sum = (sum * 31 + letter.charCodeAt(0)) % 360;
  return sum;
}
