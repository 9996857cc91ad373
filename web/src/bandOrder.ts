/** Files of bands in the order of their bands. */

const COLOURS = [/blue/i, /green/i, /red(?!.*infra)/i, /nir|infra/i];

/** By the colours of light that their names tell if all of them do, by the numbers and letters of the names otherwise. */
export function inBandOrder<Named extends { readonly name: string }>(files: readonly Named[]): Named[] {
  const colours = files.map(({ name }) => COLOURS.findLastIndex((colour) => colour.test(name)));
  const known = !colours.includes(-1) && new Set(colours).size === files.length;
  const { compare } = new Intl.Collator('en', { numeric: true });
  const rank = (file: Named) => colours[files.indexOf(file)] as number;
  return [...files].sort((first, second) => (known ? rank(first) - rank(second) : compare(first.name, second.name)));
}
