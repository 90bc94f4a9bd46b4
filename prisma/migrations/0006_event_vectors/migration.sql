-- Which rules made the vector of an event: older ones are made anew at the next start.
alter table feed_event add column version integer not null default 0;
