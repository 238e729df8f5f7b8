/** Whether comparing pays: a card full of something else is not read from end to end before it is overwritten. */

/** So many bytes in a row, nearly all of them other ones than wanted, and only samples are compared. */
const GIVE_UP_BYTES = 64 * 1024 * 1024;
const SAMPLE_EVERY = 16;
/** A buffer with less than this share of equal bytes was not worth reading. */
const WORTH_SHARE = 0.1;

export class CompareGauge {
  #vainBytes = 0;
  #sinceSample = 0;

  /** Asked once for each buffer. */
  shouldCompare(): boolean {
    if (this.#vainBytes < GIVE_UP_BYTES) return true;
    this.#sinceSample = (this.#sinceSample + 1) % SAMPLE_EVERY;
    return this.#sinceSample === 0;
  }

  /** Told for each buffer that was compared. */
  add(byteLength: number, unchangedBytes: number): void {
    if (unchangedBytes < byteLength * WORTH_SHARE) this.#vainBytes += byteLength;
    else this.#vainBytes = 0;
  }
}
