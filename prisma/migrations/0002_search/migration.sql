-- What searches, facets, suggestions and related papers read: all of it follows from the facts of 0001_papers and can be
-- worked out again.
create extension if not exists pg_trgm;
create extension if not exists unaccent;

alter table paper
    add column search_vector tsvector not null default ''::tsvector,
    add column search_clipped boolean not null default false,
    add column source_ids integer[],
    add column languages text[],
    add column days date[],
    add column has_summary boolean not null default false,
    add column index_version integer not null default 0;

alter table author add column name_words text not null default '';

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

create index paper_search_vector_idx on paper using gin (search_vector);

create index paper_title_folded_idx on paper using gin (title_folded gin_trgm_ops);

create index paper_index_version_idx on paper(index_version);

create index author_name_words_idx on author using gin (name_words gin_trgm_ops);

create index paper_term_term_paper_id_weight_idx on paper_term(term, paper_id, weight);

alter table paper_term add constraint paper_term_paper_id_fkey foreign key (paper_id) references paper(id) on delete cascade on update cascade;

-- What the models cannot say.
alter table paper_count add constraint paper_count_papers_check check (papers >= 0);

-- Few papers, if any: the second chance of a phrase in texts too long for their positions to be kept.
create index paper_search_clipped_idx on paper (id) where search_clipped;
