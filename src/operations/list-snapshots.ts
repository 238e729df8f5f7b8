/** Versions as the documents that `list` and `show` print with --json. The names are a contract. */
import type { Card, StoredSnapshot } from '../snapshot/catalog.ts';
import type { DamagedVersion } from '../snapshot/place-damaged.ts';
import type { DeviceIdentity, SnapshotMode, TableType } from '../snapshot/snapshot.ts';

export interface SnapshotDocument {
  /** Full hexadecimal ID. */
  readonly snapshot: string;
  readonly number: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly note: string;
  readonly tags: readonly string[];
  readonly mode: SnapshotMode;
  readonly deviceBytes: number;
  readonly liveBytes: number;
  readonly newBytes: number;
  readonly storedBytes: number;
  readonly unclean: boolean;
  readonly unreadableBytes: number;
  /** It may hold the state before of a file that was changed without a trace. */
  readonly suspect: boolean;
}

export interface ListDocument {
  readonly cards: readonly { readonly card: string; readonly snapshots: readonly SnapshotDocument[] }[];
  /** Versions that cannot be read; card and number where other versions tell them. */
  readonly damaged: readonly {
    readonly snapshot: string;
    readonly card: string | null;
    readonly number: number | null;
    readonly reason: string;
  }[];
}

export interface PartitionDocument {
  readonly number: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly type: string;
  readonly fileSystem: string;
  readonly label: string;
  readonly uuid: string;
  readonly liveBytes: number;
  readonly clean: boolean | null;
  readonly note: string;
}

export interface ShowDocument extends SnapshotDocument {
  readonly card: string;
  readonly modeReason: string;
  /** Plain bytes of the chunks that no other version holds; null where that would take long to find. */
  readonly ownBytes: number | null;
  readonly host: string;
  readonly tool: string;
  readonly device: DeviceIdentity;
  readonly table: TableType;
  readonly signature: string;
  readonly partitions: readonly PartitionDocument[];
  readonly carriedBytes: number;
  readonly provedBytes: number;
  /** Share of the live bytes, 0 to 1, that this version's own run read from the card. */
  readonly readShare: number;
  /** Full hexadecimal ID; all of the rest was read for this version or later ones; null: nothing was carried over. */
  readonly oldestReadSnapshot: string | null;
}

/** IDs of the versions that are suspect. */
type Suspects = ReadonlySet<string>;

export function listJson(
  cards: readonly Card[],
  suspects: Suspects,
  damaged: readonly DamagedVersion[] = [],
): ListDocument {
  return {
    cards: cards.map(({ name, snapshots }) => ({
      card: name,
      snapshots: snapshots.map((snapshot) => snapshotDocument(snapshot, suspects)),
    })),
    damaged: damaged.map(({ id, cardId, number, reason }) => ({
      snapshot: id,
      card: cards.find((card) => card.cardId === cardId)?.name ?? null,
      number: number ?? null,
      reason,
    })),
  };
}

export function showJson(snapshot: StoredSnapshot, ownBytes: number | undefined, suspects: Suspects): ShowDocument {
  const { volume } = snapshot;
  return {
    card: snapshot.card,
    ...snapshotDocument(snapshot, suspects),
    modeReason: snapshot.modeReason,
    ownBytes: ownBytes ?? null,
    host: snapshot.host,
    tool: snapshot.tool,
    device: volume.device,
    table: volume.table,
    signature: volume.signature,
    partitions: volume.partitions.map((partition) => ({
      number: partition.number,
      byteOffset: partition.byteOffset,
      byteLength: partition.byteLength,
      type: partition.type,
      fileSystem: partition.fileSystem,
      label: partition.label,
      uuid: partition.uuid,
      liveBytes: partition.liveBytes,
      clean: partition.clean ?? null,
      note: partition.note,
    })),
    carriedBytes: snapshot.counts.carried,
    provedBytes: snapshot.counts.proved,
    readShare: snapshot.proof.readShare / 1000,
    oldestReadSnapshot: snapshot.proof.oldestReadSnapshot === '' ? null : snapshot.proof.oldestReadSnapshot,
  };
}

function snapshotDocument(snapshot: StoredSnapshot, suspects: Suspects): SnapshotDocument {
  const { counts, volume } = snapshot;
  return {
    snapshot: snapshot.id,
    number: snapshot.number,
    time: new Date(snapshot.startedMs).toISOString(),
    note: snapshot.note,
    tags: snapshot.tags,
    mode: snapshot.mode,
    deviceBytes: volume.byteLength,
    liveBytes: counts.live,
    newBytes: counts.newBytes,
    storedBytes: counts.stored,
    unclean: volume.partitions.some(({ clean }) => clean === false),
    unreadableBytes: 0,
    suspect: suspects.has(snapshot.id),
  };
}
