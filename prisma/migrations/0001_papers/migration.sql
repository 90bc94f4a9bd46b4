-- The models of schema.prisma. Text that lists are sorted by is in C order, so that a cursor means the same
-- whatever the database's locale.

create type digest_form as enum ('MARKDOWN', 'JSONL');

create type summary_status as enum ('COMPLETE', 'PARTIAL', 'FAILED');

create type ingest_status as enum ('STORED', 'UNCHANGED', 'PARTIAL', 'REFUSED');

create type ingest_severity as enum ('WARNING', 'REJECTED');

create table source (
    id serial not null,
    name text not null,

    constraint source_pkey primary key (id)
);

create table digest (
    id serial not null,
    source_id integer not null,
    date date not null,
    language text,
    language_guessed boolean not null default false,
    revision integer not null default 1,
    entry_count integer not null default 0,
    contents jsonb,
    ingested_at timestamptz(3) not null default current_timestamp,
    updated_at timestamptz(3) not null default current_timestamp,

    constraint digest_pkey primary key (id)
);

create table digest_revision (
    id serial not null,
    digest_id integer not null,
    revision integer not null,
    form digest_form not null,
    sha256 text not null,
    ingested_at timestamptz(3) not null default current_timestamp,

    constraint digest_revision_pkey primary key (id)
);

create table digest_entry (
    id serial not null,
    key text not null,
    digest_id integer not null,
    paper_id integer not null,
    position integer not null,
    markdown_position integer,
    jsonl_position integer,
    current boolean not null default true,
    content_hash text not null,
    twin integer not null default 0,
    statement jsonb not null,
    section_id integer,
    ingested_at timestamptz(3) not null default current_timestamp,

    constraint digest_entry_pkey primary key (id)
);

create table summary (
    entry_id integer not null,
    paper_id integer not null,
    status summary_status not null,
    tldr text,
    motivation text,
    method text,
    result text,
    conclusion text,
    parts jsonb not null,

    constraint summary_pkey primary key (entry_id)
);

create table paper (
    id serial not null,
    arxiv_id text not null,
    arxiv_order text collate "C" not null,
    version integer,
    title text not null,
    title_folded text collate "C" not null,
    abstract text not null,
    comment text,
    code_url text,
    code_stars integer,
    code_updated_on date,
    primary_category_id integer,
    subject_classes text[],
    first_digest_date date not null,
    first_seen_at timestamptz(3) not null default current_timestamp,
    updated_at timestamptz(3) not null default current_timestamp,

    constraint paper_pkey primary key (id)
);

create table author (
    id serial not null,
    name text collate "C" not null,
    name_folded text collate "C" not null,
    paper_count integer not null default 0,

    constraint author_pkey primary key (id)
);

create table authorship (
    paper_id integer not null,
    position integer not null,
    author_id integer not null,
    printed_name text not null,
    first_digest_date date not null,
    arxiv_order text collate "C" not null,

    constraint authorship_pkey primary key (paper_id,position)
);

create table category (
    id serial not null,
    code text collate "C" not null,
    name text,
    archive text,
    aliases text[],
    paper_count integer not null default 0,

    constraint category_pkey primary key (id)
);

create table paper_category (
    paper_id integer not null,
    position integer not null,
    category_id integer not null,
    first_digest_date date not null,
    arxiv_order text collate "C" not null,

    constraint paper_category_pkey primary key (paper_id,position)
);

create table ingest_run (
    id uuid not null,
    status ingest_status not null,
    origin text,
    digest_id integer,
    started_at timestamptz(3) not null,
    duration_ms integer not null,
    entries integer not null,
    papers_added integer not null,
    papers_revised integer not null,
    summaries_added integer not null,
    unchanged integer not null,
    rejected integer not null,

    constraint ingest_run_pkey primary key (id)
);

create table ingest_problem (
    run_id uuid not null,
    position integer not null,
    severity ingest_severity not null,
    line integer,
    arxiv_id text,
    message text not null,

    constraint ingest_problem_pkey primary key (run_id,position)
);

create unique index source_name_key on source(name);

create index digest_date_id_idx on digest(date, id);

create unique index digest_source_id_date_language_key on digest(source_id, date, language) nulls not distinct;

create index digest_revision_digest_id_form_id_idx on digest_revision(digest_id, form, id);

create unique index digest_entry_key_key on digest_entry(key);

create index digest_entry_digest_id_current_position_idx on digest_entry(digest_id, current, position);

create index digest_entry_paper_id_current_idx on digest_entry(paper_id, current);

create index digest_entry_section_id_idx on digest_entry(section_id);

create unique index digest_entry_digest_id_paper_id_content_hash_twin_key on digest_entry(digest_id, paper_id, content_hash, twin);

create index summary_paper_id_idx on summary(paper_id);

create unique index paper_arxiv_id_key on paper(arxiv_id);

create unique index paper_arxiv_order_key on paper(arxiv_order);

create index paper_first_digest_date_arxiv_order_idx on paper(first_digest_date desc, arxiv_order desc);

create index paper_oldest_idx on paper(first_digest_date, arxiv_order desc);

create index paper_title_folded_arxiv_order_idx on paper(title_folded, arxiv_order desc);

create index paper_primary_category_id_idx on paper(primary_category_id);

create unique index author_name_key on author(name);

create index author_name_folded_name_idx on author(name_folded, name);

create index author_paper_count_name_idx on author(paper_count desc, name);

create index authorship_author_id_first_digest_date_arxiv_order_paper_id_idx on authorship(author_id, first_digest_date desc, arxiv_order desc, paper_id);

create unique index category_code_key on category(code);

create index category_paper_count_code_idx on category(paper_count desc, code);

create index paper_category_category_id_first_digest_date_arxiv_order_pa_idx on paper_category(category_id, first_digest_date desc, arxiv_order desc, paper_id);

create unique index paper_category_category_id_paper_id_key on paper_category(category_id, paper_id);

create index ingest_run_started_at_id_idx on ingest_run(started_at desc, id desc);

create index ingest_run_digest_id_idx on ingest_run(digest_id);

alter table digest add constraint digest_source_id_fkey foreign key (source_id) references source(id) on delete restrict on update cascade;

alter table digest_revision add constraint digest_revision_digest_id_fkey foreign key (digest_id) references digest(id) on delete cascade on update cascade;

alter table digest_entry add constraint digest_entry_digest_id_fkey foreign key (digest_id) references digest(id) on delete cascade on update cascade;

alter table digest_entry add constraint digest_entry_paper_id_fkey foreign key (paper_id) references paper(id) on delete restrict on update cascade;

alter table digest_entry add constraint digest_entry_section_id_fkey foreign key (section_id) references category(id) on delete set null on update cascade;

alter table summary add constraint summary_entry_id_fkey foreign key (entry_id) references digest_entry(id) on delete cascade on update cascade;

alter table summary add constraint summary_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

alter table paper add constraint paper_primary_category_id_fkey foreign key (primary_category_id) references category(id) on delete set null on update cascade;

alter table authorship add constraint authorship_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

alter table authorship add constraint authorship_author_id_fkey foreign key (author_id) references author(id) on delete restrict on update cascade;

alter table paper_category add constraint paper_category_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

alter table paper_category add constraint paper_category_category_id_fkey foreign key (category_id) references category(id) on delete restrict on update cascade;

alter table ingest_run add constraint ingest_run_digest_id_fkey foreign key (digest_id) references digest(id) on delete set null on update cascade;

alter table ingest_problem add constraint ingest_problem_run_id_fkey foreign key (run_id) references ingest_run(id) on delete cascade on update cascade;

-- What the models cannot say: an entry stands in its digest exactly while one of its files prints it.
alter table digest_entry add constraint digest_entry_current_check
  check (current = (markdown_position is not null or jsonl_position is not null));
alter table digest_entry add constraint digest_entry_position_check
  check (position > 0 and markdown_position > 0 and jsonl_position > 0 and twin >= 0);
alter table authorship add constraint authorship_position_check check (position > 0);
alter table paper_category add constraint paper_category_position_check check (position > 0);
alter table digest add constraint digest_counts_check check (revision >= 0 and entry_count >= 0);
alter table author add constraint author_paper_count_check check (paper_count >= 0);
alter table category add constraint category_paper_count_check check (paper_count >= 0);

-- Papers without code stand behind all others in the order of stars.
create index paper_stars_idx on paper (coalesce(code_stars, -1) desc, arxiv_order desc);
