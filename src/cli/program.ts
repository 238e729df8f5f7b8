/** All commands with their options and help. What they do is imported when one of them runs. */
import { Command } from 'commander';
import type { BackupFlags } from './backup-command.ts';
import type { CheckFlags } from './check-command.ts';
import { helpAfter } from './command-help.ts';
import type { CliContext } from './context.ts';
import type { ExportFlags } from './export-command.ts';
import { writeNotice, writeText } from './output.ts';
import type { RestoreFlags } from './restore-command.ts';

/** Runs a command's work with its context; the number is the exit code. */
export type Runner = (command: Command, action: (context: CliContext) => Promise<number>) => Promise<void>;

export interface ProgramOptions {
  readonly version: string;
  /** Help that is shown for want of a command would spoil the document. */
  readonly isJson: boolean;
}

export function buildProgram({ version, isJson }: ProgramOptions, run: Runner): Command {
  const program = new Command('cardkeep')
    .description('Keeps every version of an SD card or disk, and gives any of them back.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option(
      '--store <path>',
      'the store: a folder (else $CARDKEEP_STORE, else the one chosen by init, else ~/.cardkeep)',
    )
    .option('--json', 'print one JSON document')
    .option('--quiet', 'no progress and no summary')
    .option('--no-progress', 'no progress')
    .option('--verbose', 'details of errors')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: writeText,
      writeErr: (text) => (isJson ? undefined : writeNotice([text.trimEnd()])),
      outputError: () => undefined,
    })
    .exitOverride()
    .addHelpText('after', helpAfter('cardkeep'));
  addDevices(program, run);
  addBackup(program, run);
  addList(program, run);
  addShow(program, run);
  addRestore(program, run);
  addExport(program, run);
  addCheck(program, run);
  addStats(program, run);
  addInit(program, run);
  return program;
}

function addDevices(program: Command, run: Runner): void {
  const command = program.command('devices').description('list the cards that can be backed up');
  command
    .option('--all', 'all other disks too, marked')
    .addHelpText('after', helpAfter('devices'))
    .action(async (flags: { all?: boolean }) =>
      run(command, async (context) => (await import('./devices-command.ts')).showDevices(context, flags.all === true)),
    );
}

function addBackup(program: Command, run: Runner): void {
  const command = program.command('backup').description('store a new version of a card');
  command
    .argument(
      '[source]',
      'a device, an image file (also .gz, .xz, .zst or .zip), or - for standard input; without it, the one card that is plugged in is offered',
    )
    .option(
      '--card <name>',
      'the card it is a version of (default: a known card with the same IDs, else its host name or root label)',
    )
    .option('--note <text>', 'a note to keep with the version')
    .option('--tag <tag>', 'a tag to keep with the version (may be repeated)', collect)
    .option(
      '--at <time>',
      'the time that the version bears, ISO 8601, for images of earlier days (default for compressed ones: that of the file); its number is still the next one',
    )
    .option('--full', 'read all that is in use, not only what may have changed')
    .option('--proof <percent>', 'how much of what did not change is read all the same (default: 1)')
    .option('--raw', 'keep every byte, the unused space too; takes also what is no image of a disk')
    .option('--keep-swap', 'keep what stands in swap files and partitions')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be read')
    .addHelpText('after', helpAfter('backup'))
    .action(async (source: string | undefined, flags: BackupFlags) =>
      run(command, async (context) => (await import('./backup-command.ts')).backUp(context, source, flags)),
    );
}

function addList(program: Command, run: Runner): void {
  const command = program.command('list').description('list cards and their versions');
  command
    .argument('[card]', 'only this card')
    .addHelpText('after', helpAfter('list'))
    .action(async (card: string | undefined) =>
      run(command, async (context) => (await import('./list-command.ts')).listVersions(context, card)),
    );
}

function addShow(program: Command, run: Runner): void {
  const command = program.command('show').description('show one version: card, partitions, sizes');
  command
    .argument('<version>', VERSION_ARGUMENT)
    .addHelpText('after', helpAfter('show'))
    .action(async (version: string) =>
      run(command, async (context) => (await import('./show-command.ts')).showVersion(context, version)),
    );
}

function addRestore(program: Command, run: Runner): void {
  const command = program.command('restore').description('write a version to a card or an image file');
  command
    .argument('<version>', VERSION_ARGUMENT)
    .argument('<target>', 'a device or an image file; all that is on it is overwritten')
    .option('--expand', 'on a larger target, grow the last partition and its ext file system to the end')
    .option('--no-expand', 'leave the rest of a larger target unused, and do not ask')
    .option('--fit', 'on a smaller target, cut off the unused end of the last partition')
    .option('--size <size>', 'of an image file: 64G, 64GB, bytes (default: that of the version)')
    .option(
      '--new-ids',
      'other IDs for disk and file systems, also in fstab and cmdline.txt: for a card beside the old',
    )
    .option('--no-verify', 'do not read back what was written')
    .option('--no-compare', 'write all, without a look at what is there already')
    .option('--resume', 'go on with a restore that was broken off')
    .option('--wipe', 'zero what the version does not use, too')
    .option('--eject', 'unmount and eject the card afterwards')
    .option('--yes', 'do not ask')
    .option('--force', 'allow a large disk that is not removable, or the image that the version was made from')
    .option('--dry-run', 'only show the plan')
    .addHelpText('after', helpAfter('restore'))
    .action(async (version: string, target: string, flags: RestoreFlags) =>
      run(command, async (context) => (await import('./restore-command.ts')).restore(context, version, target, flags)),
    );
}

function addExport(program: Command, run: Runner): void {
  const command = program.command('export').description('write a version to an image file, plain or compressed');
  command
    .argument('<version>', VERSION_ARGUMENT)
    .argument('<file>', 'a new file: .img, .img.gz, .img.xz or .img.zst; or - for standard output')
    .option('--format <format>', 'img, img.gz, img.xz or img.zst (default: by the name of the file)')
    .option('--no-bmap', 'no block map for bmaptool beside it')
    .option('--size <size>', 'of the image: 64G, 64GB, bytes (default: that of the version)')
    .option('--expand', 'grow the last partition and its ext file system to the end of a larger image')
    .option('--fit', 'cut off the unused end of the last partition for a smaller image')
    .option('--new-ids', 'other IDs for disk and file systems, also in fstab and cmdline.txt')
    .option('--force', 'replace files that are there, and do not look for room')
    .addHelpText('after', helpAfter('export'))
    .action(async (version: string, file: string, flags: ExportFlags) =>
      run(command, async (context) =>
        (await import('./export-command.ts')).exportVersion(context, version, file, flags),
      ),
    );
}

function addCheck(program: Command, run: Runner): void {
  const command = program.command('check').description('check the store, or that one version can be restored');
  command
    .argument('[version]', `${VERSION_ARGUMENT}; without it: the whole store`)
    .option('--read-data', 'read and verify every chunk')
    .addHelpText('after', helpAfter('check'))
    .action(async (version: string | undefined, flags: CheckFlags) =>
      run(command, async (context) => (await import('./check-command.ts')).check(context, version, flags)),
    );
}

function addStats(program: Command, run: Runner): void {
  const command = program.command('stats').description('size of the store, and what each card costs');
  command
    .addHelpText('after', helpAfter('stats'))
    .action(async () => run(command, async (context) => (await import('./stats-command.ts')).showStats(context)));
}

function addInit(program: Command, run: Runner): void {
  const command = program.command('init').description('make a store and use it from now on');
  command
    .argument('[path]', 'its folder (else ~/.cardkeep)')
    .addHelpText('after', helpAfter('init'))
    .action(async (path: string | undefined) =>
      run(command, async (context) => (await import('./init-command.ts')).initStore(context, path)),
    );
}

const VERSION_ARGUMENT =
  'a card (the newest version, by number), card@3, card~1, an ID, latest (the one written last) or latest~1';

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
