/** Snapshot <-> the bytes of its protobuf message (FORMAT.md, "Snapshot"). Every field of stored bytes is checked. */
import { fromHex, toHex } from '../bytes/hex.ts';
import { cardkeep } from '../codec/generated/messages.js';
import { decodeMessage, encodeMessage, fromWire64, fromWire64Big, toWire64 } from '../codec/wire.ts';
import { CardkeepError, CorruptDataError } from '../errors.ts';
import type { FileSystemStamp } from '../filesystems/filesystem.ts';
import type { Snapshot, SnapshotMode, SnapshotPartition, TableType, Volume } from './snapshot.ts';

const MODES: readonly SnapshotMode[] = ['full', 'incremental', 'raw'];
const TABLES: readonly TableType[] = ['none', 'mbr', 'gpt'];
const CLEAN = { unknown: 0, clean: 1, unclean: 2 } as const;
/** Features that this version knows to read. None so far. */
const KNOWN_FEATURES: readonly string[] = [];

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const { counts } = snapshot;
  return encodeMessage(
    cardkeep.Snapshot,
    new cardkeep.Snapshot({
      cardId: fromHex(snapshot.cardId),
      card: snapshot.card,
      number: snapshot.number,
      parent: fromHex(snapshot.parent),
      base: fromHex(snapshot.base),
      startedMs: toWire64(snapshot.startedMs),
      finishedMs: toWire64(snapshot.finishedMs),
      utcOffsetMin: snapshot.utcOffsetMinutes,
      host: snapshot.host,
      tool: snapshot.tool,
      note: snapshot.note,
      tags: [...snapshot.tags],
      mode: MODES.indexOf(snapshot.mode) + 1,
      modeReason: snapshot.modeReason,
      volumes: [encodeVolume(snapshot.volume)],
      counts: new cardkeep.Counts({
        live: toWire64(counts.live),
        read: toWire64(counts.read),
        carried: toWire64(counts.carried),
        proved: toWire64(counts.proved),
        newBytes: toWire64(counts.newBytes),
        newChunks: toWire64(counts.newChunks),
        stored: toWire64(counts.stored),
      }),
      attachments: snapshot.attachments.map(({ kind, node }) => new cardkeep.Attachment({ kind, node: fromHex(node) })),
      proof: new cardkeep.Proof({
        readSharePermille: snapshot.proof.readShare,
        oldestReadSnapshot: fromHex(snapshot.proof.oldestReadSnapshot),
      }),
    }),
  );
}

/** Throws CorruptDataError for a message that is not whole, E_NEWER_FORMAT for features that are not known. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const message = decodeMessage(cardkeep.Snapshot, bytes, 'snapshot');
  const unknown = message.mustRead.filter((feature) => !KNOWN_FEATURES.includes(feature));
  if (unknown.length > 0) {
    throw new CardkeepError(
      'failed',
      'E_NEWER_FORMAT',
      `this version needs features not known here: ${unknown.join(', ')}`,
      {
        hint: 'update cardkeep',
      },
    );
  }
  const volume = message.volumes[0];
  if (volume === undefined || message.volumes.length !== 1) throw new CorruptDataError('snapshot: not one volume');
  const mode = MODES[message.mode - 1];
  if (mode === undefined || message.number === 0 || message.cardId.byteLength !== 16) {
    throw new CorruptDataError('snapshot: mode, number or card is missing');
  }
  return {
    cardId: toHex(message.cardId),
    card: message.card,
    number: message.number,
    parent: toHex(message.parent),
    base: toHex(message.base),
    startedMs: fromWire64(message.startedMs),
    finishedMs: fromWire64(message.finishedMs),
    utcOffsetMinutes: message.utcOffsetMin,
    host: message.host,
    tool: message.tool,
    note: message.note,
    tags: message.tags,
    mode,
    modeReason: message.modeReason,
    volume: decodeVolume(volume),
    counts: {
      live: fromWire64(message.counts?.live),
      read: fromWire64(message.counts?.read),
      carried: fromWire64(message.counts?.carried),
      proved: fromWire64(message.counts?.proved),
      newBytes: fromWire64(message.counts?.newBytes),
      newChunks: fromWire64(message.counts?.newChunks),
      stored: fromWire64(message.counts?.stored),
    },
    attachments: message.attachments.map(decodeAttachmentName),
    proof: {
      // Versions of the first release say nothing: they were read as a whole.
      readShare: message.proof?.readSharePermille ?? 1000,
      oldestReadSnapshot: toHex(message.proof?.oldestReadSnapshot ?? new Uint8Array()),
    },
  };
}

function decodeAttachmentName({ kind, node }: cardkeep.Attachment.$Properties): { kind: string; node: string } {
  if (node?.byteLength !== 32) throw new CorruptDataError('snapshot: an attachment without a node');
  return { kind: kind ?? '', node: toHex(node) };
}

function encodeVolume(volume: Volume): cardkeep.Volume {
  return new cardkeep.Volume({
    byteLength: toWire64(volume.byteLength),
    sectorSize: volume.sectorSize,
    levels: volume.levels,
    mapRoot: fromHex(volume.mapRoot),
    device: new cardkeep.Device({ ...volume.device }),
    table: TABLES.indexOf(volume.table),
    signature: fromHex(volume.signature),
    partitions: volume.partitions.map(encodePartition),
  });
}

function decodeVolume(message: cardkeep.Volume.$Properties): Volume {
  const table = TABLES[message.table ?? 0];
  const mapRoot = message.mapRoot ?? new Uint8Array();
  const sectorSize = message.sectorSize ?? 0;
  if (table === undefined) throw new CorruptDataError('snapshot: unknown kind of partition table');
  if (mapRoot.byteLength !== 0 && mapRoot.byteLength !== 32) throw new CorruptDataError('snapshot: no map root');
  if (sectorSize !== 512 && sectorSize !== 4096) throw new CorruptDataError(`snapshot: sector size ${sectorSize}`);
  return {
    byteLength: fromWire64(message.byteLength),
    sectorSize,
    levels: message.levels ?? 0,
    mapRoot: toHex(mapRoot),
    device: {
      path: message.device?.path ?? '',
      model: message.device?.model ?? '',
      serial: message.device?.serial ?? '',
      bus: message.device?.bus ?? '',
    },
    table,
    signature: toHex(message.signature ?? new Uint8Array()),
    partitions: (message.partitions ?? []).map(decodePartition),
  };
}

function encodePartition(partition: SnapshotPartition): cardkeep.Partition {
  const { clean, stamp } = partition;
  return new cardkeep.Partition({
    number: partition.number,
    byteOffset: toWire64(partition.byteOffset),
    byteLength: toWire64(partition.byteLength),
    type: partition.type,
    name: partition.name,
    fs: partition.fileSystem,
    label: partition.label,
    uuid: partition.uuid,
    used: toWire64(partition.liveBytes),
    clean: clean === undefined ? CLEAN.unknown : clean ? CLEAN.clean : CLEAN.unclean,
    why: partition.note,
    ...(stamp === undefined ? {} : { stamp: encodeStamp(stamp) }),
  });
}

function decodePartition(message: cardkeep.Partition.$Properties): SnapshotPartition {
  return {
    number: message.number ?? 0,
    byteOffset: fromWire64(message.byteOffset),
    byteLength: fromWire64(message.byteLength),
    type: message.type ?? '',
    name: message.name ?? '',
    fileSystem: message.fs ?? '',
    label: message.label ?? '',
    uuid: message.uuid ?? '',
    liveBytes: fromWire64(message.used),
    clean: message.clean === CLEAN.clean ? true : message.clean === CLEAN.unclean ? false : undefined,
    note: message.why ?? '',
    stamp: message.stamp === null || message.stamp === undefined ? undefined : decodeStamp(message.stamp),
  };
}

function encodeStamp(stamp: FileSystemStamp): cardkeep.Stamp {
  return new cardkeep.Stamp({
    mkfsS: toWire64(stamp.mkfsTime),
    wtimeS: toWire64(stamp.writeTime),
    kbytesWritten: toWire64(stamp.kilobytesWritten),
    mounts: stamp.mountCount,
    journalSeq: stamp.journalSequence,
    lastcheckS: toWire64(stamp.lastCheckTime),
    freeBlocks: toWire64(stamp.freeBlocks),
    freeInodes: toWire64(stamp.freeInodes),
  });
}

function decodeStamp(message: cardkeep.Stamp.$Properties): FileSystemStamp {
  return {
    mkfsTime: fromWire64(message.mkfsS),
    writeTime: fromWire64(message.wtimeS),
    kilobytesWritten: fromWire64Big(message.kbytesWritten),
    mountCount: message.mounts ?? 0,
    journalSequence: message.journalSeq ?? 0,
    lastCheckTime: fromWire64(message.lastcheckS),
    freeBlocks: fromWire64(message.freeBlocks),
    freeInodes: fromWire64(message.freeInodes),
  };
}
