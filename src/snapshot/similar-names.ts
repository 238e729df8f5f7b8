/** What somebody may have meant who named a version or card that is not there. */

interface NamedCard {
  readonly name: string;
  readonly snapshots: readonly { readonly number: number }[];
}

/** Two letters swapped are two edits. */
const MOST_EDITS = 2;
/** Longer ones are no names; keeps the table of the distance small. */
const LONGEST_NAME = 100;

/** A line that says what was meant, or which cards there are. */
export function whatIsMeant(cards: readonly NamedCard[], reference: string): string {
  if (/^\d{1,9}$/u.test(reference)) {
    const card = cards.find(({ snapshots }) => snapshots.some(({ number }) => number === Number(reference)));
    if (card !== undefined) return `did you mean ${card.name}@${Number(reference)}?`;
  }
  // Names of cards hold neither sign.
  const [name = '', word] = reference.split(/[@~]/u);
  if (word === 'latest' && cards.some((card) => card.name === name)) return `just ${name} is its newest`;
  const similar = closestName(cards, name);
  if (similar !== undefined) return `did you mean ${similar}${reference.slice(name.length)}?`;
  return `cards in this store: ${cards.map((card) => card.name).join(', ')}`;
}

function closestName(cards: readonly NamedCard[], wanted: string): string | undefined {
  let closest: string | undefined;
  let fewest = MOST_EDITS + 1;
  for (const { name } of cards) {
    // Of a name of two letters, two edits leave nothing.
    const edits = editDistance(name, wanted);
    if (edits >= fewest || edits >= name.length) continue;
    closest = name;
    fewest = edits;
  }
  return closest;
}

/** Letters to add, take away or change (Levenshtein); Infinity for what is too long or too different to matter. */
function editDistance(a: string, b: string): number {
  const isNear = Math.abs(a.length - b.length) <= MOST_EDITS;
  if (!isNear || Math.max(a.length, b.length) > LONGEST_NAME) return Number.POSITIVE_INFINITY;
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
