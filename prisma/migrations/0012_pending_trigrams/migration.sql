-- New trigrams wait in a list that every search of names and titles reads whole, and that the index keeps as free space:
-- 512 kB of it instead of 4 MB.
alter index paper_title_folded_idx set (gin_pending_list_limit = 512);
alter index author_name_words_idx set (gin_pending_list_limit = 512);
