-- What searches, facets, suggestions and related papers read: all of it follows from the facts of 0001_papers and can be
-- worked out again.
create extension if not exists pg_trgm;
create extension if not exists unaccent;

alter table paper
    add column source_ids integer[],
    add column languages text[],
    add column days date[],
    add column has_summary boolean not null default false;

alter table author add column name_words text not null default '';

-- Vectors of 6 kB beside rows of 2 kB: ranking reads one block a paper here, ten where Postgres puts them out of line.
create table paper_search (
    paper_id integer not null,
    vector tsvector not null,
    clipped boolean not null,
    version integer not null,

    constraint paper_search_pkey primary key (paper_id)
) with (toast_tuple_target = 8160);

create table paper_term (
    paper_id integer not null,
    term text collate "C" not null,
    word text not null,
    weight integer not null,

    constraint paper_term_pkey primary key (paper_id,term)
);

create table paper_count (
    kind text not null,
    value text not null,
    papers integer not null,

    constraint paper_count_pkey primary key (kind,value)
);

update author set name_words =
    ' ' || btrim(regexp_replace(name_folded, '[!-/:-@\[-`{-~\u00B7\u2010-\u2015\u2018\u2019\s]+', ' ', 'g')) || ' ';

create index paper_search_vector_idx on paper_search using gin (vector);

create index paper_search_version_paper_id_idx on paper_search(version, paper_id);

create index paper_title_folded_idx on paper using gin (title_folded gin_trgm_ops);

create index author_name_words_idx on author using gin (name_words gin_trgm_ops);

create index paper_term_term_paper_id_weight_idx on paper_term(term, paper_id, weight);

alter table paper_search add constraint paper_search_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

alter table paper_term add constraint paper_term_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

-- What the models cannot say.
alter table paper_count add constraint paper_count_papers_check check (papers >= 0);

-- Few papers, if any: the second chance of a phrase in texts too long for their positions to be kept.
create index paper_search_clipped_idx on paper_search (paper_id) where clipped;
