/**
 * XML property lists as macOS' tools print them (`man 5 plist`, PropertyList-1.0.dtd): dict, array, string, integer,
 * real, true, false, date and data. Only what that document type knows is taken; anything else is an error.
 */
import { CardkeepError } from '../errors.ts';

export type PlistValue = string | number | boolean | readonly PlistValue[] | { readonly [key: string]: PlistValue };

const MOST_LEVELS = 32;
const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<(\/?)([A-Za-z]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

interface Tokens {
  readonly text: string;
  readonly pattern: RegExp;
}
interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly isEmpty: boolean;
}

/** Throws E_TOOL_FAILED when it is no property list. Numbers and dates that do not parse stay text. */
export function decodePlist(text: string): PlistValue {
  const tokens: Tokens = { text, pattern: new RegExp(TOKEN) };
  const first = nextTag(tokens);
  const root = first?.name === 'plist' && !first.isEnd ? nextTag(tokens) : first;
  if (root === undefined) throw notPlist('it is empty');
  return readValue(tokens, root, 0);
}

function readValue(tokens: Tokens, tag: Tag, level: number): PlistValue {
  if (tag.isEnd) throw notPlist(`</${tag.name}> without a beginning`);
  if (level > MOST_LEVELS) throw notPlist('it is nested too deep');
  switch (tag.name) {
    case 'true':
    case 'false':
      if (!tag.isEmpty) expectEnd(tokens, tag.name);
      return tag.name === 'true';
    case 'dict':
      return tag.isEmpty ? {} : readDict(tokens, level);
    case 'array':
      return tag.isEmpty ? [] : readArray(tokens, level);
    case 'integer':
    case 'real': {
      const text = tag.isEmpty ? '' : readText(tokens, tag.name).trim();
      const number = Number(text);
      return text !== '' && Number.isFinite(number) ? number : text;
    }
    case 'string':
    case 'date':
    case 'data':
      return tag.isEmpty ? '' : readText(tokens, tag.name);
    default:
      throw notPlist(`it holds <${tag.name}>`);
  }
}

function readDict(tokens: Tokens, level: number): PlistValue {
  const entries: [string, PlistValue][] = [];
  for (;;) {
    const tag = needTag(tokens);
    if (tag.isEnd && tag.name === 'dict') return Object.fromEntries(entries);
    if (tag.isEnd || tag.name !== 'key') throw notPlist('a value without a key');
    const key = tag.isEmpty ? '' : readText(tokens, 'key');
    entries.push([key, readValue(tokens, needTag(tokens), level + 1)]);
  }
}

function readArray(tokens: Tokens, level: number): PlistValue {
  const values: PlistValue[] = [];
  for (;;) {
    const tag = needTag(tokens);
    if (tag.isEnd && tag.name === 'array') return values;
    values.push(readValue(tokens, tag, level + 1));
  }
}

function readText(tokens: Tokens, name: string): string {
  let text = '';
  for (;;) {
    const token = nextToken(tokens);
    if (token === undefined) throw notPlist('it is cut short');
    if (typeof token === 'string') text += decodeEntities(token);
    else if (token.isEnd && token.name === name) return text;
    else throw notPlist(`<${token.name}> inside <${name}>`);
  }
}

function expectEnd(tokens: Tokens, name: string): void {
  const tag = needTag(tokens);
  if (!tag.isEnd || tag.name !== name) throw notPlist(`<${name}> does not end`);
}

function needTag(tokens: Tokens): Tag {
  const tag = nextTag(tokens);
  if (tag === undefined) throw notPlist('it is cut short');
  return tag;
}

function nextTag(tokens: Tokens): Tag | undefined {
  for (;;) {
    const token = nextToken(tokens);
    if (token === undefined || typeof token !== 'string') return token;
    if (token.trim() !== '') throw notPlist('text between its values');
  }
}

/** A tag, or text, or undefined at the end; comments and declarations are skipped. */
function nextToken({ text, pattern }: Tokens): Tag | string | undefined {
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw notPlist('it is not XML');
    const [, slash, name, emptySlash, characters] = match;
    if (characters !== undefined) return characters;
    if (name !== undefined) return { name, isEnd: slash === '/', isEmpty: emptySlash === '/' };
  }
  return undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g,
    (whole, hex, decimal, name) => {
      if (typeof name === 'string') return ENTITIES[name] ?? whole;
      const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '\u{FFFD}';
    },
  );
}

function notPlist(why: string): CardkeepError {
  return new CardkeepError('failed', 'E_TOOL_FAILED', `diskutil printed no property list: ${why}`, {
    hint: 'name the device itself',
  });
}
