-- What PostGraphile answers from: views of Papergraph's tables, shaped so that it needs as few joins and levels as it can, and
-- indexes that its cursors can use. It compares the columns of an order one by one, and only a single one is a range of an index:
-- so `place` has the date and the order of a paper in one text.
drop schema if exists peer cascade;
create schema peer;

create function peer.place_of(day date, arxiv_order text) returns text
  language sql immutable parallel safe
  return (lpad((day - date '1980-01-01')::text, 5, '0') || arxiv_order) collate "C";

create unique index peer_paper on public.paper (peer.place_of(first_digest_date, arxiv_order) desc);
create index peer_authorship on public.authorship
  (author_id, peer.place_of(first_digest_date, arxiv_order) desc, paper_id);
create index peer_paper_category on public.paper_category
  (category_id, peer.place_of(first_digest_date, arxiv_order) desc, paper_id);
create index peer_paper_primary on public.paper
  (primary_category_id, peer.place_of(first_digest_date, arxiv_order) desc);
create index peer_paper_code on public.paper
  ((code_url is not null), peer.place_of(first_digest_date, arxiv_order) desc);

create view peer.paper as
  select id, arxiv_id, title, code_url, first_digest_date, primary_category_id, has_summary, languages, source_ids,
    peer.place_of(first_digest_date, arxiv_order) as place
  from public.paper;
comment on view peer.paper is E'@primaryKey id\n@unique place';

create view peer.author as select id, name, paper_count from public.author;
comment on view peer.author is E'@primaryKey id\n@unique name';

create view peer.category as select id, code, name, paper_count from public.category;
comment on view peer.category is E'@primaryKey id\n@unique code';

create view peer.paper_author as
  select a.paper_id, a.position, a.author_id, u.name
  from public.authorship a join public.author u on u.id = a.author_id;
comment on view peer.paper_author is
  E'@primaryKey paper_id,position\n@unique author_id\n@unique position\n@foreignKey (paper_id) references peer.paper (id)|@foreignFieldName authors';

create view peer.author_paper as
  select a.author_id, a.paper_id, p.arxiv_id, p.title, a.first_digest_date,
    peer.place_of(a.first_digest_date, a.arxiv_order) as place
  from public.authorship a join public.paper p on p.id = a.paper_id;
comment on view peer.author_paper is E'@primaryKey author_id,paper_id\n@unique paper_id\n@unique place\n@foreignKey (author_id) references peer.author (id)|@foreignFieldName papers\n@foreignKey (author_id) references peer.paper_author (author_id)|@foreignFieldName papers';

create view peer.category_paper as
  select k.category_id, k.paper_id, p.arxiv_id, p.title, p.first_digest_date,
    peer.place_of(k.first_digest_date, k.arxiv_order) as place
  from public.paper_category k join public.paper p on p.id = k.paper_id;
comment on view peer.category_paper is
  E'@primaryKey category_id,paper_id\n@unique place\n@foreignKey (category_id) references peer.category (id)|@foreignFieldName papers';

create view peer.paper_category as
  select k.paper_id, k.position, c.code
  from public.paper_category k join public.category c on c.id = k.category_id;
comment on view peer.paper_category is E'@primaryKey paper_id,position\n@unique position\n@foreignKey (paper_id) references peer.paper (id)|@foreignFieldName categories\n@foreignKey (paper_id) references peer.author_paper (paper_id)|@foreignFieldName categories';

create view peer.digest as
  select d.id, d.date, d.language, d.entry_count, s.name as source
  from public.digest d join public.source s on s.id = d.source_id;
comment on view peer.digest is E'@primaryKey id\n@unique source,date,language';

create view peer.entry as
  select e.id, e.digest_id, e.position, p.arxiv_id, p.title, m.tldr
  from public.digest_entry e join public.paper p on p.id = e.paper_id
    left join public.summary m on m.entry_id = e.id
  where e.current;
comment on view peer.entry is
  E'@primaryKey id\n@unique position\n@foreignKey (digest_id) references peer.digest (id)|@foreignFieldName entries';

-- One function for each field of PaperFilter. Postgres inlines them, so that each is part of the statement.
create function peer.papers_by_category(code text) returns setof peer.category_paper language sql stable as
  'select k.* from peer.category_paper k where k.category_id = (select c.id from public.category c where c.code = $1)';
create function peer.papers_by_author(name text) returns setof peer.author_paper language sql stable as
  'select a.* from peer.author_paper a where a.author_id = (select u.id from public.author u where u.name = $1)';
create function peer.papers_by_arxiv_ids(ids text[]) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where p.arxiv_id = any ($1)';
create function peer.papers_by_primary_category(code text) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where p.primary_category_id = (select c.id from public.category c where c.code = $1)';
create function peer.papers_by_code(wanted boolean) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where (p.code_url is not null) = $1';
create function peer.papers_by_summary(wanted boolean) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where p.has_summary = $1';
create function peer.papers_by_language(tag text) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where $1 = any (p.languages)';
create function peer.papers_by_source(name text) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where (select s.id from public.source s where s.name = $1) = any (p.source_ids)';
create function peer.papers_by_days(first_day date, last_day date) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where p.id in (select e.paper_id from public.digest_entry e
    join public.digest d on d.id = e.digest_id where e.current and d.date between $1 and $2)';
create function peer.papers_by_categories_and_days(codes text[], first_day date, last_day date)
  returns setof peer.paper language sql stable as
  'select p.* from peer.paper p
    where p.id in (select k.paper_id from public.paper_category k join public.category c on c.id = k.category_id
      where c.code = any ($1))
    and p.id in (select e.paper_id from public.digest_entry e
      join public.digest d on d.id = e.digest_id where e.current and d.date between $2 and $3)';
create function peer.papers_by_word(word text) returns setof peer.paper language sql stable as
  'select p.* from peer.paper p where p.id in (select t.paper_id from public.paper_search t where t.vector @@ plainto_tsquery(''english'', $1))';

do $$
declare
  name text;
begin
  for name in select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'peer'::regnamespace and p.proretset
  loop
    execute format('comment on function %s is ''@behavior +order''', name);
  end loop;
end $$;

-- Columns of views may be null unless it is said. An order by such a column is not a range of an index.
do $$
declare
  place record;
begin
  for place in select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'peer'::regnamespace and c.relkind = 'v'
      and a.attname in ('place', 'position', 'id', 'paper_id', 'author_id')
  loop
    execute format('comment on column peer.%I.%I is ''@notNull''', place.relname, place.attname);
  end loop;
end $$;
