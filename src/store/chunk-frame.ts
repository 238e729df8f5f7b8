/**
 * Chunks to a frame and back. What is compressed is decompressed again and compared before anybody relies on it: a bug
 * of the compressor or a bad memory cell would otherwise be found at the restore, years later.
 */
import { crc32 } from 'node:zlib';
import { compressLz4, decompressLz4Beside, LZ4_PREFIX_BYTES } from '../codec/lz4.ts';
import { CardkeepError } from '../errors.ts';
import { CODEC, encodeFrameTable, type Codec } from './frame.ts';

/** A frame without its header, whose number is known only when its turn in the pack has come. */
export interface EncodedFrame {
  readonly codec: Codec;
  readonly table: Uint8Array;
  readonly body: Uint8Array;
  readonly payloadCrc: number;
}

/** Stored as it is when LZ4 gains less than 3 %: reading it then costs nothing. */
const WORTHWHILE = 0.97;

/** Encodes on the thread pool. `raw` must not change until the frame has been written: its body may be `raw` itself. */
export async function encodeChunkFrame(raw: Uint8Array, lengths: Uint32Array, codec: Codec): Promise<EncodedFrame> {
  const table = encodeFrameTable(lengths, raw.byteLength);
  if (codec === CODEC.lz4) {
    const compressed = await compressLz4(raw);
    const body = compressed.subarray(LZ4_PREFIX_BYTES);
    if (body.byteLength < raw.byteLength * WORTHWHILE) {
      // The checksum comes first: what damages these bytes from here on is seen by one of the two.
      const payloadCrc = crc32(body, crc32(table));
      const decoded = await decompressLz4Beside(compressed, raw.byteLength);
      if (Buffer.compare(decoded, raw) !== 0) {
        throw new CardkeepError('failed', 'E_DECODE_CHECK', 'compressed data did not decompress to what it was', {
          hint: 'this computer may have bad memory: test it (memtest86+), then back up again',
        });
      }
      return { codec: CODEC.lz4, table, body, payloadCrc };
    }
  }
  return { codec: CODEC.raw, table, body: raw, payloadCrc: crc32(raw, crc32(table)) };
}
