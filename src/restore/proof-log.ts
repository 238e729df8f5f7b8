/** What must be read back after all writing: ranges and their digests, as columns (a card has a million of them). */
import { doubledColumn } from '../bytes/columns.ts';
import { equalBytes } from '../bytes/hex.ts';
import { CHUNK_ID_BYTES } from '../codec/chunk-id.ts';

export class ProofLog {
  #offsets = new Float64Array(64);
  #lengths = new Float64Array(64);
  #digests = new Uint8Array(64 * CHUNK_ID_BYTES);
  #count = 0;
  #totalBytes = 0;

  get count(): number {
    return this.#count;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  add(byteOffset: number, byteLength: number, digest: Uint8Array): void {
    if (this.#count === this.#offsets.length) {
      this.#offsets = doubledColumn(this.#offsets);
      this.#lengths = doubledColumn(this.#lengths);
      const digests = new Uint8Array(this.#digests.byteLength * 2);
      digests.set(this.#digests);
      this.#digests = digests;
    }
    this.#offsets[this.#count] = byteOffset;
    this.#lengths[this.#count] = byteLength;
    this.#digests.set(digest, this.#count * CHUNK_ID_BYTES);
    this.#totalBytes += byteLength;
    this.#count++;
  }

  start(index: number): number {
    return this.#offsets[index]!;
  }

  end(index: number): number {
    return this.#offsets[index]! + this.#lengths[index]!;
  }

  matches(index: number, digest: Uint8Array): boolean {
    return equalBytes(digest, this.#digests.subarray(index * CHUNK_ID_BYTES, (index + 1) * CHUNK_ID_BYTES));
  }
}
