import { fromHex } from '../bytes/hex.ts';
import { encodeIndexFile, FRAME_ROW_BYTES, INDEX_RECORD_BYTES } from './index-file.ts';
import { MAX_INDEX_RECORDS } from './limits.ts';
import type { FinishedPack } from './pack-writer.ts';

/**
 * Index files that list these packs, from what the packs' trailers say. One file unless there are too many chunks. Packs
 * are sorted: in which order they became durable is chance, and equal content should give equal files.
 */
export function* encodePackIndexes(storeId: Uint8Array, packs: readonly FinishedPack[]): Generator<Uint8Array> {
  let group: FinishedPack[] = [];
  let groupChunks = 0;
  for (const pack of [...packs].sort((a, b) => (a.hash < b.hash ? -1 : 1))) {
    const chunks = countChunks(pack);
    if (group.length > 0 && groupChunks + chunks > MAX_INDEX_RECORDS) {
      yield encodePackIndex(storeId, group, groupChunks);
      group = [];
      groupChunks = 0;
    }
    group.push(pack);
    groupChunks += chunks;
  }
  if (group.length > 0) yield encodePackIndex(storeId, group, groupChunks);
}

function countChunks(pack: FinishedPack): number {
  return pack.frames.reduce((sum, frame) => sum + frame.lengths.length, 0);
}

function encodePackIndex(storeId: Uint8Array, packs: readonly FinishedPack[], chunkCount: number): Uint8Array {
  const frameCount = packs.reduce((sum, pack) => sum + pack.frames.length, 0);
  const frames = new Uint8Array(frameCount * FRAME_ROW_BYTES);
  const records = new Uint8Array(chunkCount * INDEX_RECORD_BYTES);
  const frameView = new DataView(frames.buffer);
  const recordView = new DataView(records.buffer);
  let row = 0;
  let recordAt = 0;
  for (const [packNumber, pack] of packs.entries()) {
    for (const { byteOffset, payloadLength, ids, lengths } of pack.frames) {
      let offsetInRaw = 0;
      for (let i = 0; i < lengths.length; i++) {
        records.set(ids.subarray(i * 32, i * 32 + 32), recordAt);
        recordView.setUint32(recordAt + 32, row, true);
        recordView.setUint32(recordAt + 36, offsetInRaw, true);
        recordView.setUint32(recordAt + 40, lengths[i]!, true);
        offsetInRaw += lengths[i]!;
        recordAt += INDEX_RECORD_BYTES;
      }
      frameView.setUint32(row * FRAME_ROW_BYTES, packNumber, true);
      frameView.setUint32(row * FRAME_ROW_BYTES + 4, byteOffset, true);
      frameView.setUint32(row * FRAME_ROW_BYTES + 8, payloadLength, true);
      frameView.setUint32(row * FRAME_ROW_BYTES + 12, offsetInRaw, true);
      row++;
    }
  }
  const listed = packs.map(({ hash, byteLength, kind }) => {
    return { id: fromHex(hash), byteLength, kind, condemnedMs: 0, condemnedBy: new Uint8Array(0) };
  });
  return encodeIndexFile(storeId, { supersedes: [], packs: listed, frames, records });
}
