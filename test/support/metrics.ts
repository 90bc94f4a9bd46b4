/** The samples of a scrape: by name and labels, as the exposition writes them. */
export type Scrape = ReadonlyMap<string, number>;

/** Scrapes a server. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`expected 200, got ${response.status}`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** What grew between two scrapes, without the metrics of the process, of time and of connections. */
export function growth(before: Scrape, after: Scrape): Record<string, number> {
  const changed = [...after].flatMap(([name, value]) => {
    const by = value - (before.get(name) ?? 0);
    const isCount = name.startsWith('papergraph_') && !/_(?:bucket|sum)\b/.test(name);
    return isCount && by !== 0 && !/last_read_seconds|^papergraph_pg_|route="\/metrics"/.test(name)
      ? [[name.slice('papergraph_'.length), by] as const]
      : [];
  });
  return Object.fromEntries(changed);
}
