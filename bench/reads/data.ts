import type pg from 'pg';
import { seededRandom } from '../support/write-digest.ts';

/** A paper of a list, after which a page may begin. */
export interface Place {
  readonly arxivId: string;
  /** The keys by which lists of papers are sorted, newest first. */
  readonly date: string;
  readonly order: string;
  /** Both in one text, as the peers' schema has them. */
  readonly place: string;
}

/** A digest, and its number of entries. */
export interface DigestKey {
  readonly source: string;
  readonly date: string;
  readonly language: string | null;
  readonly entries: number;
}

/** What requests are drawn from. Each array is in random order, the same for the same store. */
export interface Data {
  readonly papers: readonly Place[];
  /** The largest category, and its papers from the middle of its list to the end. */
  readonly big: { readonly code: string; readonly deep: readonly Place[] };
  readonly rare: string;
  /** Codes of categories with at least a hundredth of all papers. */
  readonly codes: readonly string[];
  /** Authors of at least three papers, whose name no other author has in another case. */
  readonly authors: readonly { readonly name: string; readonly folded: string }[];
  readonly digests: readonly DigestKey[];
  readonly days: readonly string[];
  /** English words of titles. */
  readonly words: readonly string[];
}

const MOST = 10_000;
const PLACE = `p.arxiv_id as "arxivId", l.first_digest_date as date, l.arxiv_order as order,
  peer.place_of(l.first_digest_date, l.arxiv_order) as place`;

/** Reads what requests are drawn from. The schema of the peers must exist. */
export async function readData(pool: pg.Pool): Promise<Data> {
  const read = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(text, values)).rows;
  const categories = await read<{ code: string; papers: number }>(
    'select code, paper_count as papers from category where paper_count > 0 order by paper_count desc, code',
  );
  const [big = { code: '', papers: 0 }] = categories;
  const papers = await read<Place>(
    `select ${PLACE} from paper l join paper p on p.id = l.id order by 2 desc, 3 desc`,
  );
  const deep = await read<Place>(
    `select ${PLACE} from paper_category l join paper p on p.id = l.paper_id join category c on c.id = l.category_id
     where c.code = $1 order by 2 desc, 3 desc offset $2`,
    [big.code, big.papers >> 1],
  );
  const titles = await read<{ title: string }>('select title from paper order by id limit 2000');
  const digests = await read<DigestKey>(
    `select s.name as source, d.date, d.language, d.entry_count as entries
     from digest d join source s on s.id = d.source_id where d.entry_count >= 100 order by 1, 2, 3`,
  );
  const shuffled = shuffler();
  return {
    papers: shuffled(papers.slice(0, -100)),
    big: { code: big.code, deep: shuffled(deep.slice(0, -100)) },
    rare: categories.at(-1)?.code ?? '',
    codes: categories.filter((each) => each.papers >= papers.length / 100).map(({ code }) => code),
    authors: shuffled(
      await read<{ name: string; folded: string }>(
        `select min(name) as name, name_folded as folded from author group by name_folded
         having count(*) = 1 and max(paper_count) >= 3 order by max(paper_count) desc, name_folded limit ${MOST}`,
      ),
    ),
    digests: shuffled(digests).slice(0, 12),
    days: [...new Set(digests.map(({ date }) => date))].toSorted(),
    words: shuffled([...new Set(titles.flatMap(({ title }) => title.match(/\b[a-z]{5,}\b/g) ?? []))]),
  };
}

function shuffler(): <Item>(items: readonly Item[]) => Item[] {
  const random = seededRandom(16);
  return (items) => {
    const keyed = items.map((item) => ({ item, key: random() }));
    return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
  };
}
