import { expect, it } from 'vitest';
import { StatusLine } from '../../src/cli/status-line.ts';

it('names every phase, with its own time where its end is not known', () => {
  let nowMs = 1000;
  const status = new StatusLine(() => nowMs);
  nowMs += 2000;
  expect(status.text()).toBe('working, 2.0 s so far');
  for (const [phase, words] of [
    ['open', 'reading the store'],
    ['scan', 'scan'],
    ['plan', 'planning'],
    ['finish', 'finishing'],
  ] as const) {
    status.update({ phase, doneBytes: 0, totalBytes: 0 });
    nowMs += 3000;
    expect(status.text()).toBe(`${words}, 3.0 s so far`);
    expect(status.barText(100)).toMatch(new RegExp(`^${words} +3\\.0 s$`, 'u'));
  }
  status.update(undefined);
  expect(status.text()).toBe('working, 0.1 s so far');
});

it('leaves room on the line for what the terminal itself writes', () => {
  const status = new StatusLine(() => 0);
  status.update({ phase: 'verify', doneBytes: 1_234_567_890, totalBytes: 2_400_000_000, newBytes: 3_400_000 });
  expect(status.barText(120)).toMatch(/^verify \[=+> +\] {2}51% {2}1\.23 of 2\.40 GB {2}3\.4 MB new$/u);
  for (let width = 20; width < 100; width++) expect(status.barText(width).length).toBeLessThanOrEqual(width - 3);
});
