-- Lists of papers read ids and sort keys first: with the id in it, the index of each order is all that they read.
create index paper_first_digest_date_arxiv_order_id_idx on paper (first_digest_date desc, arxiv_order desc, id);
drop index paper_first_digest_date_arxiv_order_idx;

drop index paper_oldest_idx;
create index paper_oldest_idx on paper (first_digest_date, arxiv_order desc, id);

create index paper_title_folded_arxiv_order_id_idx on paper (title_folded, arxiv_order desc, id);
drop index paper_title_folded_arxiv_order_idx;

-- Papers without code come last in the order of stars.
drop index paper_stars_idx;
create index paper_stars_idx on paper (coalesce(code_stars, -1) desc, arxiv_order desc, id, code_stars);
