-- Names the store's content: every transaction that writes renews it, so that whatever was read before is known to be old.
alter table feed add column version uuid not null default gen_random_uuid();
