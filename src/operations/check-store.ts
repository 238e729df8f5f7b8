/**
 * Is the store sound? Every file against its checksums and the others (the store's own check), then every map of every
 * version: all that it refers to must be there. Each problem names the versions that it hits.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import type { ChunkId } from '../codec/chunk-id.ts';
import { CardkeepError, throwIfAborted } from '../errors.ts';
import { readCatalog } from '../snapshot/catalog.ts';
import type { Catalog } from '../snapshot/catalog.ts';
import { decodeNode, isLeaf } from '../snapshot/map-node.ts';
import type { MapNode } from '../snapshot/map-node.ts';
import { levelsFor } from '../snapshot/map-writer.ts';
import type { Volume } from '../snapshot/snapshot.ts';
import type { StoreProblem } from '../store/check-problem.ts';
import { hashInName, PACK_FOLDER, SNAPSHOT_FOLDER } from '../store/names.ts';
import type { Store } from '../store/store.ts';
import { chunksOfPacks } from './chunks-of-packs.ts';
import type { OperationOptions } from './progress.ts';

export interface CheckProblem {
  /** `damaged`: bytes are wrong; `missing`: something is not there; `inconsistent`: two places tell different things. */
  readonly kind: StoreProblem['kind'];
  /** One sentence. */
  readonly what: string;
  /** The file of the store that it is about; undefined: it is about the maps. */
  readonly file: string | undefined;
  /** IDs (hex) of the versions that it hits, as far as they can be told. */
  readonly snapshots: readonly string[];
}

export interface StoreCheck {
  readonly ok: boolean;
  readonly snapshots: number;
  readonly chunks: number;
  readonly packs: number;
  /** Bytes of packs that were read and verified. */
  readonly readBytes: number;
  /** Packs of a backup that was broken off; the next backup takes them up. */
  readonly unindexedPacks: number;
  /** True when the next backup knows which chunks it has to store again. */
  readonly isDamageRecorded: boolean;
  readonly problems: readonly CheckProblem[];
  /** How many more problems there are: what they hit is not known. */
  readonly untold: number;
}

export interface CheckStoreOptions extends OperationOptions {
  /** Also read, decompress and hash every chunk. */
  readonly readData: boolean;
  /** Writes down what is damaged, so that the next backup stores it again where the card still has it. */
  readonly recordsDamage?: boolean | undefined;
}

/** Enough to see what is wrong; more only tell of the same lost disk. */
const MOST_PROBLEMS = 1000;

export async function checkStore(store: Store, options: CheckStoreOptions): Promise<StoreCheck> {
  const found: StoreProblem[] = [];
  const files = store.check({
    readData: options.readData,
    recordsDamage: options.recordsDamage,
    signal: options.signal,
    onProgress: (doneBytes, totalBytes) => options.onProgress?.({ phase: 'check', doneBytes, totalBytes }),
  });
  let step = await files.next();
  let untold = 0;
  for (; step.done !== true; step = await files.next()) {
    if (found.length < MOST_PROBLEMS) found.push(step.value);
    else untold++;
  }
  const { snapshots, packs, chunks, readBytes, unindexedPacks, isDamageRecorded } = step.value;
  const catalog = await readCatalog(store);
  const hits = await findHits(store, catalog, found, options.signal);
  const problems: CheckProblem[] = found.map(({ kind, message, what }, i) => ({
    kind,
    what: message,
    file: what,
    snapshots: what.startsWith(`${SNAPSHOT_FOLDER}/`) ? [hashInName(what) ?? ''] : [...(hits.of.get(i) ?? [])],
  }));
  const told = new Set(found.map(({ what }) => what));
  for (const { id, reason } of catalog.damaged) {
    if (told.has(`${SNAPSHOT_FOLDER}/${id}`)) continue;
    const file = `${SNAPSHOT_FOLDER}/${id}`;
    problems.push({ kind: 'damaged', what: `version ${id.slice(0, 8)}: ${reason}`, file, snapshots: [id] });
  }
  problems.push(...hits.further);
  const ok = problems.length === 0;
  return { ok, snapshots, chunks, packs, readBytes, unindexedPacks, isDamageRecorded, problems, untold };
}

interface Hits {
  /** Versions by number of the problem among those of the files. */
  readonly of: ReadonlyMap<number, ReadonlySet<string>>;
  /** What the files' own check cannot see: nodes that do not decode, chunks that no index lists. */
  readonly further: readonly CheckProblem[];
}

/** Walks all maps, each distinct node once, and follows every problem up to the versions. */
async function findHits(
  store: Store,
  catalog: Catalog,
  found: readonly StoreProblem[],
  signal: AbortSignal | undefined,
): Promise<Hits> {
  const walk = new MapCheck(store, await badChunks(store, found, signal), signal);
  const of = new Map<number, Set<string>>();
  const versionsOf = new Map<string, Set<string>>();
  for (const { id, volume } of catalog.cards.flatMap((card) => card.snapshots)) {
    for (const hit of await walk.hitsOf(volume)) {
      if (typeof hit === 'number') of.set(hit, (of.get(hit) ?? new Set()).add(id));
      else versionsOf.set(hit, (versionsOf.get(hit) ?? new Set()).add(id));
    }
  }
  const isMissing = ([hit]: readonly [string, unknown]): boolean => walk.missing.has(hit);
  const words = [...versionsOf].filter((entry) => !isMissing(entry));
  const further = words.map(([what, versions]): CheckProblem => {
    return { kind: 'damaged', what, file: undefined, snapshots: [...versions] };
  });
  return { of, further: [...further, ...missingChunks([...versionsOf].filter(isMissing))] };
}

/** One problem for all chunks that the same versions lack. */
function missingChunks(missing: readonly (readonly [chunk: string, versions: ReadonlySet<string>])[]): CheckProblem[] {
  const groups = new Map<string, { readonly chunks: string[]; readonly snapshots: readonly string[] }>();
  for (const [chunk, versions] of missing) {
    const snapshots = [...versions];
    const group = groups.get(snapshots.join()) ?? { chunks: [], snapshots };
    group.chunks.push(chunk);
    groups.set(snapshots.join(), group);
  }
  return [...groups.values()].map(({ chunks, snapshots }) => {
    const first = `chunk ${chunks[0]!.slice(0, 12)}`;
    const what = chunks.length === 1 ? `${first} is` : `${chunks.length} chunks, ${first} among them, are`;
    return { kind: 'missing', what: `${what} not in the store`, file: undefined, snapshots };
  });
}

/** Numbers of the problems that make a chunk unreadable, by chunk ID (hex). One that was stored again can be read. */
async function badChunks(
  store: Store,
  found: readonly StoreProblem[],
  signal: AbortSignal | undefined,
): Promise<Map<string, number[]>> {
  const bad = new Map<string, number[]>();
  const add = (id: Uint8Array, problem: number): void => {
    const key = toHex(id);
    const known = bad.get(key);
    if (known === undefined) bad.set(key, [problem]);
    else if (!known.includes(problem)) known.push(problem);
  };
  const packs = new Map<string, number>();
  for (const [i, { what, chunkIds }] of found.entries()) {
    for (const id of chunkIds) add(id, i);
    const hash = hashInName(what);
    if (chunkIds.length === 0 && what.startsWith(`${PACK_FOLDER}/`) && hash !== undefined) packs.set(hash, i);
  }
  if (packs.size > 0) {
    for await (const { id, pack } of chunksOfPacks(store, new Set(packs.keys()))) add(id, packs.get(pack)!);
  }
  for (const chunk of bad.keys()) {
    throwIfAborted(signal);
    if (await canRead(store, fromHex(chunk))) bad.delete(chunk);
  }
  return bad;
}

async function canRead(store: Store, id: ChunkId): Promise<boolean> {
  try {
    await store.readChunk(id);
    return true;
  } catch (error) {
    if (!(error instanceof CardkeepError) || (error.kind !== 'damaged' && error.kind !== 'not-found')) throw error;
    return false;
  }
}

/** A problem of the files by its number, or one of the maps in words. */
type Hit = number | string;

const NO_HITS: ReadonlySet<Hit> = new Set();

class MapCheck {
  /** Chunks (ID as hex) that are not there: hits that are no words. */
  readonly missing = new Set<string>();
  readonly #store: Store;
  readonly #bad: ReadonlyMap<string, readonly number[]>;
  readonly #signal: AbortSignal | undefined;
  /** By level and ID of a node: what lies below it. Nodes without hits share one empty set. */
  readonly #known = new Map<string, ReadonlySet<Hit>>();

  constructor(store: Store, bad: ReadonlyMap<string, readonly number[]>, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#bad = bad;
    this.#signal = signal;
  }

  async hitsOf(volume: Volume): Promise<ReadonlySet<Hit>> {
    if (volume.levels !== levelsFor(volume.byteLength)) return new Set(['a map does not fit the size of its card']);
    return volume.mapRoot === '' ? NO_HITS : this.#below(fromHex(volume.mapRoot), volume.levels - 1);
  }

  async #below(id: ChunkId, level: number): Promise<ReadonlySet<Hit>> {
    throwIfAborted(this.#signal);
    const key = `${level}${toHex(id)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hits = new Set<Hit>(this.#bad.get(toHex(id)));
    try {
      await this.#addFrom(decodeNode(await this.#store.readChunk(id), level), hits);
    } catch (error) {
      if (!(error instanceof CardkeepError) || (error.kind !== 'damaged' && error.kind !== 'not-found')) throw error;
      if (hits.size === 0) hits.add(`a part of the map cannot be read: ${error.message}`);
    }
    const result = hits.size === 0 ? NO_HITS : hits;
    this.#known.set(key, result);
    return result;
  }

  async #addFrom(node: MapNode, hits: Set<Hit>): Promise<void> {
    if (!isLeaf(node)) {
      for (const child of node.children) {
        if (child === undefined) continue;
        for (const hit of await this.#below(child, node.level - 1)) hits.add(hit);
      }
      return;
    }
    for (const id of node.chunks) {
      for (const problem of this.#bad.get(toHex(id)) ?? []) hits.add(problem);
      if (await this.#store.has(id)) continue;
      const chunk = toHex(id);
      if (!this.missing.has(chunk) && this.missing.size >= MOST_PROBLEMS) continue;
      this.missing.add(chunk);
      hits.add(chunk);
    }
  }
}
