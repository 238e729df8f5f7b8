/** `devices [--all]`: what can be backed up, and with --all everything else, marked. */
import { listDevices } from '../device/list-devices.ts';
import { runCommand } from '../device/run-command.ts';
import type { CliContext } from './context.ts';
import { deviceLines } from './describe-device.ts';
import { writeJson, writeLines } from './output.ts';
import { EXIT_DONE } from './report-error.ts';

export async function showDevices(context: CliContext, all: boolean): Promise<number> {
  const devices = await listDevices({ all, run: runCommand });
  if (context.options.json === true) writeJson({ devices });
  else if (devices.length > 0) writeLines(deviceLines(devices));
  else writeLines(['no card found', '  put one into the reader; all other disks: cardkeep devices --all']);
  return EXIT_DONE;
}
