/**
 * The rules for protobufjs messages, in one place. Its `verify()` refuses a bigint, its `encode()` writes one as 0
 * without an error, and numbers above 2^53 pass silently: so 64-bit values go through `toWire64` and `fromWire64`, and
 * `Long` never leaves the codecs. Only this file, store/ and snapshot/ codecs import the generated code.
 */
import Long from 'long';
import { CorruptDataError } from '../errors.ts';

/** What a generated message class offers. */
export interface MessageType<Properties, Message extends Properties> {
  verify(message: Record<string, unknown>): string | null;
  encode(message: Properties): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** A bigint, or a number that is a safe integer, as the `Long` that protobufjs writes correctly. */
export function toWire64(value: number | bigint): Long {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`${value} is not a safe integer`);
  }
  if (value < 0 || value > 0xffff_ffff_ffff_ffffn) throw new RangeError(`${value} does not fit into 64 bits`);
  return Long.fromString(value.toString(), true);
}

/** A 64-bit field as a number; above 2^53 it is refused as damage. */
export function fromWire64(value: Long | number | null | undefined): number {
  const wide = fromWire64Big(value);
  if (wide > BigInt(Number.MAX_SAFE_INTEGER)) throw new CorruptDataError('a 64-bit field is out of range');
  return Number(wide);
}

/** A 64-bit field as a bigint. */
export function fromWire64Big(value: Long | number | null | undefined): bigint {
  return value === null || value === undefined ? 0n : BigInt(value.toString());
}

/** Encodes a message after `verify()`. A message that does not verify is a bug of ours, not of the input. */
export function encodeMessage<P extends object, M extends P>(type: MessageType<P, M>, message: P): Uint8Array {
  const problem = type.verify(message as Record<string, unknown>);
  if (problem !== null) throw new TypeError(problem);
  return type.encode(message).finish();
}

/** Decodes bytes that are not trusted; any failure is a CorruptDataError naming `what`. */
export function decodeMessage<P, M extends P>(type: MessageType<P, M>, bytes: Uint8Array, what: string): M {
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw new CorruptDataError(`${what} is not a valid message`, { cause });
  }
}
