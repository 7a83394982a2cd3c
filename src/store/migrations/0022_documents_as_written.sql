-- What its author sees again: passages are cut for finding, and forget the line breaks.
CREATE TABLE knowledge_originals (
  document TEXT PRIMARY KEY REFERENCES knowledge_documents (id) ON DELETE CASCADE,
  organisation TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
  text TEXT NOT NULL
);
