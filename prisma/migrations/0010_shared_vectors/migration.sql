-- An event has no vector of its own while it equals that of its paper: half of the feed's bytes were such copies. One
-- statement removes the copies and checks the rows, so that Postgres rewrites the table only once.
create function pg_temp.unless_shared(paper_id integer, vector tsvector) returns tsvector stable language sql as $$
  select nullif($2, (select s.vector from paper_search s where s.paper_id = $1)) $$;
alter table feed_event
  drop constraint feed_event_topic_check,
  alter column vector type tsvector using pg_temp.unless_shared(paper_id, vector),
  add constraint feed_event_topic_check
    check ((topic = 'PAPER' and paper_id is not null and entry_id is not null and arxiv_id is not null)
      or (topic = 'DIGEST' and paper_id is null and kind in ('ADDED', 'REVISED')));
drop function pg_temp.unless_shared;
create index feed_event_paper_id_idx on feed_event(paper_id);

-- Before the vector of a paper changes or goes, whatever the reason, the events that share it get a copy.
create function keep_event_vectors() returns trigger language plpgsql as $$
begin
  update feed_event set vector = old.vector where paper_id = old.paper_id and vector is null;
  return coalesce(new, old);
end $$;
create trigger keep_event_vectors_on_update before update on paper_search for each row
  when (new.vector is distinct from old.vector or new.paper_id <> old.paper_id)
  execute function keep_event_vectors();
create trigger keep_event_vectors_on_delete before delete on paper_search for each row
  execute function keep_event_vectors();
