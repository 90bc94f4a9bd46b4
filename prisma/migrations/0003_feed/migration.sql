-- The feed: what ingests changed, in commit order, without a gap.
create table feed (
    id integer not null default 1,
    epoch uuid not null default gen_random_uuid(),
    identity text,
    head bigint not null default 0,
    floor bigint not null default 0,

    constraint feed_pkey primary key (id)
) with (fillfactor = 50);

create table feed_event (
    position bigint not null,
    topic text not null,
    kind text not null,
    occurred_at timestamptz(3) not null,
    run_id uuid not null,
    digest_id integer not null,
    paper_id integer,
    entry_id integer,
    source text not null,
    date date not null,
    language text,
    arxiv_id text,
    categories text[],
    author_names text[],
    author_folded text[],
    author_words text[],
    has_code boolean not null default false,
    has_summary boolean not null default false,
    vector tsvector,
    clipped boolean not null default false,

    constraint feed_event_pkey primary key (position)
);

-- At most one event a paper and one of the digest for each run, however often its commit is tried.
create unique index feed_event_run_id_paper_id_key on feed_event(run_id, paper_id) nulls not distinct;

create index feed_event_occurred_at_idx on feed_event(occurred_at);

-- What the models cannot say: there is one feed, and retention moves its floor before it deletes.
alter table feed add constraint feed_one_check check (id = 1);
alter table feed add constraint feed_floor_check check (0 <= floor and floor <= head);
alter table feed_event add constraint feed_event_position_check check (position > 0);
alter table feed_event add constraint feed_event_topic_check
  check ((topic = 'PAPER' and paper_id is not null and entry_id is not null and arxiv_id is not null and vector is not null
      and kind in ('ADDED', 'REVISED', 'SUMMARIZED', 'LISTED'))
    or (topic = 'DIGEST' and paper_id is null and kind in ('ADDED', 'REVISED')));

insert into feed default values;
