import type { DiskLayout } from '../../src/layout/disk-layout.ts';
import { run } from './run.ts';

/** A partition as an independent tool sees it. */
export interface WitnessedPartition {
  readonly number: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly type: string;
  readonly name: string;
  readonly uniqueId: string;
}

export interface WitnessedTable {
  readonly table: string;
  readonly signature: string;
  /** Ascending by byteOffset, without extended partitions. */
  readonly partitions: readonly WitnessedPartition[];
}

interface SfdiskDump {
  readonly partitiontable: {
    readonly label: string;
    readonly id: string;
    readonly sectorsize?: number;
    readonly partitions?: readonly {
      readonly node: string;
      readonly start: number;
      readonly size: number;
      readonly type: string;
      readonly name?: string;
      readonly uuid?: string;
    }[];
  };
}

const EXTENDED_TYPES: ReadonlySet<string> = new Set(['0x5', '0xf', '0x85']);

/** Writes a table by an sfdisk script, without asking and without touching anything else. */
export function writeTable(device: string, script: string): void {
  run('sfdisk', ['-q', '--no-reread', '--no-tell-kernel', '--wipe', 'never', device], { input: script });
}

/** What `sfdisk --json` says of a device or image. */
export function witnessTable(device: string): WitnessedTable {
  const { label, id, sectorsize, partitions } = (JSON.parse(run('sfdisk', ['--json', device])) as SfdiskDump)
    .partitiontable;
  const unit = sectorsize ?? 512;
  const isGpt = label === 'gpt';
  const listed = (partitions ?? []).map(({ node, start, size, type, name, uuid }) => ({
    number: Number(/(\d+)$/.exec(node.slice(device.length))?.[1]),
    byteOffset: start * unit,
    byteLength: size * unit,
    type: isGpt ? type.toLowerCase() : `0x${type}`,
    name: name ?? '',
    uniqueId: uuid?.toLowerCase() ?? '',
  }));
  return {
    table: isGpt ? 'gpt' : 'mbr',
    signature: isGpt ? id.toLowerCase() : id.slice(2),
    partitions: listed.filter(({ type }) => !EXTENDED_TYPES.has(type)).sort((a, b) => a.byteOffset - b.byteOffset),
  };
}

/** A layout in the witness's terms. */
export function asWitnessed(layout: DiskLayout): WitnessedTable {
  return {
    table: layout.table,
    signature: layout.signature,
    partitions: layout.partitions.map(({ uniqueId, ...partition }) => ({ ...partition, uniqueId: uniqueId ?? '' })),
  };
}
