/** New IDs for the partition table: the MBR's disk signature, or the GUIDs of a GPT, in both copies. */
import { type BlockSource } from '../../device/block-source.ts';
import { decodeMbr } from '../../layout/mbr.ts';
import { type DiskLayout } from '../../layout/disk-layout.ts';
import { type Edit } from '../edits.ts';
import { encodeGptCopy, readGptCopies, type GptCopy } from '../tables/gpt-copies.ts';
import { isRefusal, type Refusal } from '../tables/table-shape.ts';
import { guidBytes, type IdMap } from './id-map.ts';

/** One ID that gets another value. */
export interface ChangedId {
  /** 0: the table, or a file system that has the volume for itself. */
  readonly partition: number;
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export interface RenewedIds {
  readonly edits: readonly Edit[];
  readonly changes: readonly ChangedId[];
}

/** UEFI 2.10, table 5.3: the disk signature. Zero means that there is none. */
const SIGNATURE_AT = 440;
const NO_SIGNATURE = '00000000';
/** UEFI 2.10, table 5.6. */
const UNIQUE_GUID_AT = 16;

export async function renewTableIds(
  source: BlockSource,
  layout: DiskLayout,
  ids: IdMap,
): Promise<RenewedIds | Refusal> {
  if (layout.table === 'none') return { edits: [], changes: [] };
  const inMbr = await renewSignature(source, layout, ids);
  if (layout.table === 'mbr') return inMbr;
  const gpt = await readGptCopies(source, layout.sectorSize);
  if (isRefusal(gpt)) return gpt;
  const { primary, backup, sectorSize } = gpt;
  const entries = new Uint8Array(primary.entries);
  const diskGuid = ids.renew('GUID', layout.signature);
  const changes: ChangedId[] = [{ partition: 0, what: 'disk GUID', before: layout.signature, after: diskGuid }];
  for (const { number, uniqueId } of layout.partitions) {
    const before = uniqueId!;
    const after = ids.renew('GUID', before);
    entries.set(guidBytes(after), (number - 1) * primary.header.entryBytes + UNIQUE_GUID_AT);
    changes.push({ partition: number, what: 'partition GUID', before, after });
  }
  const encode = (copy: GptCopy): Edit[] => {
    const { myLba, entriesLba, alternateLba } = copy.header;
    const place = { headerLba: myLba, entriesLba, alternateLba, diskGuid: guidBytes(diskGuid) };
    return encodeGptCopy(copy, sectorSize, place, entries);
  };
  const edits = [...inMbr.edits, ...encode(primary), ...(backup === undefined ? [] : encode(backup))];
  return { edits, changes: [...inMbr.changes, ...changes] };
}

async function renewSignature(source: BlockSource, layout: DiskLayout, ids: IdMap): Promise<RenewedIds> {
  const before = decodeMbr(await source.read(0, 512))!.diskSignature;
  // A protective MBR has none unless an operating system gave it one.
  if (layout.table === 'gpt' && before === NO_SIGNATURE) return { edits: [], changes: [] };
  const after = ids.renew('disk signature', before);
  for (const { number } of [...layout.partitions, ...layout.extended]) {
    const suffix = `-${number.toString(16).padStart(2, '0')}`;
    ids.alias(before + suffix, after + suffix);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, Number.parseInt(after, 16), true);
  return {
    edits: [{ byteOffset: SIGNATURE_AT, byteLength: 4, bytes }],
    changes: [{ partition: 0, what: 'disk signature', before, after }],
  };
}
