-- Each file that a digest came in keeps its name: a file published again under its name is the same digest published again.
alter table digest_revision add column file_name text, add column written_in text;

-- The run that stored a file began just before the file's row was written.
update digest_revision v set file_name = (
  select regexp_replace(regexp_replace(r.origin, '^https?://.*/', ''), '\.gz$', '')
  from ingest_run r
  where r.digest_id = v.digest_id and r.status in ('STORED', 'PARTIAL') and r.origin is not null
  order by abs(extract(epoch from v.ingested_at - r.started_at)) limit 1);
