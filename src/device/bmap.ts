/**
 * Block maps of bmaptool, version 2.0: which blocks of an image must be written to a card, with the SHA-256 of each
 * range of them. The format is told in bmaptools/BmapCreate.py and BmapCopy.py.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { doubledColumn } from '../bytes/columns.ts';

const BLOCK_BYTES = 4096;
const DIGEST_BYTES = 32;
const ZEROS = new Uint8Array(1024 * 1024);
/** Stands for the checksum of the file while that is made. */
const NO_CHECKSUM = '0'.repeat(DIGEST_BYTES * 2);
/** Ranges in one part of the text. */
const RANGES_PER_PART = 4096;

/**
 * Takes what must be on the card, in ascending order; what is left out is free. A block is mapped if one of its bytes is:
 * the others in it must be zeros in the image.
 */
export class BmapBuilder {
  readonly #imageBytes: number;
  #firstBlocks = new Float64Array(64);
  #lastBlocks = new Float64Array(64);
  #digests = new Uint8Array(64 * DIGEST_BYTES);
  #count = 0;
  #mappedBlocks = 0;
  /** Of the range that is open. */
  #hash: Hash | undefined;
  #firstBlock = 0;
  /** The open range is hashed up to here. */
  #reached = 0;

  constructor(imageBytes: number) {
    this.#imageBytes = imageBytes;
  }

  get mappedBytes(): number {
    return Math.min(this.#mappedBlocks * BLOCK_BYTES, this.#imageBytes);
  }

  /** `bytes` undefined: zeros. */
  add(byteOffset: number, byteLength: number, bytes: Uint8Array | undefined): void {
    if (byteLength === 0) return;
    const block = Math.floor(byteOffset / BLOCK_BYTES);
    if (this.#hash === undefined || block * BLOCK_BYTES > this.#endOfReached()) {
      this.#close();
      this.#hash = createHash('sha256');
      this.#firstBlock = block;
      this.#reached = block * BLOCK_BYTES;
    }
    this.#addZeros(byteOffset - this.#reached);
    if (bytes === undefined) this.#addZeros(byteLength);
    else this.#hash.update(bytes);
    this.#reached = byteOffset + byteLength;
  }

  /** The file, in parts. Nothing can be added afterwards. */
  *text(): Generator<string> {
    this.#close();
    const sum = createHash('sha256');
    for (const part of this.#textWith(NO_CHECKSUM)) sum.update(part);
    yield* this.#textWith(sum.digest('hex'));
  }

  /** The end of the last block that was begun. */
  #endOfReached(): number {
    return Math.min(Math.ceil(this.#reached / BLOCK_BYTES) * BLOCK_BYTES, this.#imageBytes);
  }

  #addZeros(byteLength: number): void {
    for (let rest = byteLength; rest > 0; rest -= ZEROS.byteLength) {
      this.#hash?.update(ZEROS.subarray(0, Math.min(rest, ZEROS.byteLength)));
    }
    this.#reached += byteLength;
  }

  #close(): void {
    if (this.#hash === undefined) return;
    const end = this.#endOfReached();
    this.#addZeros(end - this.#reached);
    if (this.#count === this.#firstBlocks.length) this.#grow();
    const lastBlock = Math.ceil(end / BLOCK_BYTES) - 1;
    this.#firstBlocks[this.#count] = this.#firstBlock;
    this.#lastBlocks[this.#count] = lastBlock;
    this.#digests.set(this.#hash.digest(), this.#count * DIGEST_BYTES);
    this.#count++;
    this.#mappedBlocks += lastBlock - this.#firstBlock + 1;
    this.#hash = undefined;
  }

  #grow(): void {
    this.#firstBlocks = doubledColumn(this.#firstBlocks);
    this.#lastBlocks = doubledColumn(this.#lastBlocks);
    const digests = new Uint8Array(this.#digests.byteLength * 2);
    digests.set(this.#digests);
    this.#digests = digests;
  }

  *#textWith(checksum: string): Generator<string> {
    yield `<?xml version="1.0" ?>
<!-- The blocks of an image that must be written to a card, for bmaptool; the others are not in use. -->
<bmap version="2.0">
    <ImageSize> ${this.#imageBytes} </ImageSize>
    <BlockSize> ${BLOCK_BYTES} </BlockSize>
    <BlocksCount> ${Math.ceil(this.#imageBytes / BLOCK_BYTES)} </BlocksCount>
    <MappedBlocksCount> ${this.#mappedBlocks} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <!-- Of this file, with zeros in place of it -->
    <BmapFileChecksum> ${checksum} </BmapFileChecksum>
    <BlockMap>
`;
    const digests = Buffer.from(this.#digests.buffer);
    for (let from = 0; from < this.#count; from += RANGES_PER_PART) {
      let part = '';
      for (let i = from; i < Math.min(from + RANGES_PER_PART, this.#count); i++) {
        const [first, last] = [this.#firstBlocks[i]!, this.#lastBlocks[i]!];
        const sum = digests.toString('hex', i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
        part += `        <Range chksum="${sum}"> ${first === last ? first : `${first}-${last}`} </Range>\n`;
      }
      yield part;
    }
    yield '    </BlockMap>\n</bmap>\n';
  }
}
