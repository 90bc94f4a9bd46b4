-- Titles are sorted by their first 500 characters: an index does not hold any length.
update paper set title_folded = left(title_folded, 500) where length(title_folded) > 500;
