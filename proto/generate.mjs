// Makes src/codec/generated/messages.{js,d.ts} from store.proto; with --check compares and fails when they differ.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const generated = path.join(top, 'src/codec/generated');
const check = process.argv.includes('--check');
const folder = check ? mkdtempSync(path.join(tmpdir(), 'cardkeep-proto-')) : generated;

try {
  execFileSync(
    process.execPath,
    [
      path.join(top, 'node_modules/protobufjs-cli/bin/pbjs'),
      ...['-t', 'static-module', '-w', 'esm', '--dts', '--force-long', '--no-create', '--no-convert'],
      ...['--no-delimited', '--no-service', '--no-typeurl', '-o', path.join(folder, 'messages.js')],
      path.join(top, 'proto/store.proto'),
    ],
    { stdio: 'inherit' },
  );
  if (check) {
    for (const name of ['messages.js', 'messages.d.ts']) {
      if (readFileSync(path.join(folder, name), 'utf8') !== readFileSync(path.join(generated, name), 'utf8')) {
        console.error(`src/codec/generated/${name} is not what store.proto makes: npm run proto`);
        process.exitCode = 1;
      }
    }
  }
} finally {
  if (check) rmSync(folder, { recursive: true });
}
