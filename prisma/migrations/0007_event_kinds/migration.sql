-- Topics and kinds of events become types, so that schema.prisma lists them once for SQL and for TypeScript.
-- One statement changes both columns and checks the rows, so that Postgres rewrites the table only once.
create type event_topic as enum ('PAPER', 'DIGEST');

create type event_kind as enum ('ADDED', 'REVISED', 'SUMMARIZED', 'LISTED');

alter table feed_event
  drop constraint feed_event_topic_check,
  alter column topic type event_topic using topic::event_topic,
  alter column kind type event_kind using kind::event_kind,
  add constraint feed_event_topic_check
    check ((topic = 'PAPER' and paper_id is not null and entry_id is not null and arxiv_id is not null
        and vector is not null)
      or (topic = 'DIGEST' and paper_id is null and kind in ('ADDED', 'REVISED')));
