import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { openTestDatabase } from './support/database.ts';
import { startServing } from './support/serving.ts';

/** The names of all metrics, those without samples included. */
async function metricNames(): Promise<Set<string>> {
  const database = await openTestDatabase();
  onTestFinished(async () => await database.close());
  const { url } = await startServing(database.url);
  const text = await (await fetch(`${url}/metrics`)).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    ),
  );
}

/** The metrics that a query of Prometheus names, apart from its own. */
const metricsIn = (query: string): string[] => query.match(/\b(?:papergraph|nodejs|process)_\w+/g) ?? [];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

describe('the files of docs/operations', () => {
  test('alerts are rules of Prometheus, and name only metrics that exist', async () => {
    const { groups } = parse(readFileSync('docs/operations/alerts.yml', 'utf8')) as {
      groups: readonly { readonly rules: readonly Rule[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules) expect(annotations.summary).toMatch(/\.$/);
    const known = await metricNames();
    const named = rules.flatMap(({ expr }) => metricsIn(expr));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('the dashboard shows only metrics that exist', async () => {
    const { panels } = JSON.parse(readFileSync('docs/operations/grafana-dashboard.json', 'utf8')) as {
      panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
    };
    const known = await metricNames();
    const named = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr)));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('the unit is one that systemd takes', () => {
    const unit = 'docs/operations/papergraph.service';
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
      encoding: 'utf8',
    });
    expect({ status, complaints: stderr.split('\n').filter((line) => line.includes(unit)) }).toEqual({
      status: 0,
      complaints: [],
    });
  });
});
