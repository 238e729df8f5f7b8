/** Damage: what failing cards, pulled plugs and enemies do to structures. */
import { type Random } from './random.ts';
import { sealExt } from './seal.ts';
import { type ByteRange, type Subject } from './subjects.ts';

const INTERESTING = [0, 1, 2, 3, 7, 8, 11, 12, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xffff, 0x10000];
const INTERESTING_32 = [...INTERESTING, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 4095, 8193, 12287, 12288];

export interface Mutant {
  readonly bytes: Buffer;
  /** What was done, for people. */
  readonly steps: readonly string[];
}

/** One to four kinds of damage, done to `subject.bytes` itself; half of the ext ones have right checksums afterwards. */
export function mutate(subject: Subject, random: Random): Mutant {
  let { bytes } = subject;
  const steps: string[] = [];
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i++) steps.push(damage(bytes, subject, random));
  if (subject.kind === 'ext' && random.oneIn(2) && sealExt(bytes)) steps.push('sealed');
  if (random.oneIn(25)) {
    const length = random.oneIn(2) ? random.below(bytes.byteLength) : bytes.byteLength - random.below(5000);
    bytes = bytes.subarray(0, length);
    steps.push(`cut to ${length}`);
  }
  return { bytes, steps };
}

function damage(bytes: Buffer, subject: Subject, random: Random): string {
  const [start, end] = random.pick(random.pick(subject.places));
  const at = start + random.below(end - start);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2: {
      bytes[at] = bytes[at]! ^ (1 << random.below(8));
      return `bit of ${at}`;
    }
    case 3: {
      bytes[at] = random.below(256);
      return `byte ${at} = ${bytes[at]}`;
    }
    case 4: {
      const place = fieldAt(at, end, 2);
      bytes.writeUInt16LE(random.pick(INTERESTING) & 0xffff, place);
      return `u16 ${place} = ${bytes.readUInt16LE(place)}`;
    }
    case 5:
    case 6: {
      const place = fieldAt(at, end, 4);
      const value = random.oneIn(2)
        ? random.pick(INTERESTING_32)
        : random.below(subject.bytes.byteLength / subject.blockSize);
      if (random.oneIn(4)) bytes.writeUInt32BE(value, place);
      else bytes.writeUInt32LE(value, place);
      return `u32 ${place} = ${value}`;
    }
    case 7: {
      const length = Math.min(1 << random.below(13), end - at);
      bytes.fill(random.pick([0, 0, 0xff]), at, at + length);
      return `fill ${at} + ${length}`;
    }
    default:
      return splice(bytes, subject, random, [start, end]);
  }
}

/** A block, or a record, of the same or another kind of structure in place of this one, or in exchange for it. */
function splice(bytes: Buffer, subject: Subject, random: Random, [start, end]: ByteRange): string {
  const [otherStart, otherEnd] = random.pick(random.pick(subject.places));
  const unit = Math.min(subject.blockSize, end - start, otherEnd - otherStart);
  const to = start + random.below(Math.floor((end - start) / unit)) * unit;
  const from = otherStart + random.below(Math.floor((otherEnd - otherStart) / unit)) * unit;
  const old = Buffer.from(bytes.subarray(to, to + unit));
  bytes.copyWithin(to, from, from + unit);
  if (random.oneIn(2)) return `copy ${from} to ${to} + ${unit}`;
  old.copy(bytes, from);
  return `swap ${from} and ${to} + ${unit}`;
}

function fieldAt(at: number, end: number, byteLength: number): number {
  return Math.max(0, Math.min(at & ~1, end - byteLength));
}
