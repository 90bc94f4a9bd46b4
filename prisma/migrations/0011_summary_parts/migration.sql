-- The parts of AI text are stored only where the columns beside them do not state the same: nearly every text was stored
-- twice.
alter table summary
  alter column parts drop not null,
  alter column parts type jsonb using nullif(parts, jsonb_build_array(
    jsonb_build_object('label', 'TL;DR', 'text', tldr), jsonb_build_object('label', 'Motivation', 'text', motivation),
    jsonb_build_object('label', 'Method', 'text', method), jsonb_build_object('label', 'Result', 'text', result),
    jsonb_build_object('label', 'Conclusion', 'text', conclusion)));
