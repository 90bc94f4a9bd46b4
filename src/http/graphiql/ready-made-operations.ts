/** An operation in a tab of GraphiQL. */
export interface ReadyMadeOperation {
  readonly query: string;
  /** JSON text, as GraphiQL's editor shows it. */
  readonly variables?: string;
  /** JSON text. */
  readonly headers?: string;
}

/** The tabs of a first visit. Each runs unchanged and returns something from the bundled sample. */
export const readyMadeOperations: readonly ReadyMadeOperation[] = [
  {
    query: `# The newest papers, and what else
# their authors wrote
query NewestPapers {
  papers(first: 5) {
    totalCount
    nodes {
      arxivId
      title
      primaryCategory {
        name
      }
      summary {
        language
        tldr
      }
      authors(first: 3) {
        nodes {
          name
          papers(first: 2) {
            nodes {
              title
              categories {
                code
              }
            }
          }
        }
      }
    }
  }
}
`,
  },
  {
    query: `# Papers that match a search, best first,
# with highlights and facets. Change the
# search in Variables: words, "phrases", OR,
# -word, (), title:, author:, category:, 中文
query SearchPapers($search: String!) {
  papers(first: 5, filter: { search: $search }) {
    totalCount
    edges {
      score
      node {
        title
      }
      highlights {
        field
        text
        ranges {
          start
          end
        }
      }
    }
    facets {
      categories(first: 5) {
        value
        count
      }
      timeline {
        start
        count
      }
    }
  }
}
`,
    variables: `{
  "search": "(\\"强化学习\\" OR model) -survey"
}
`,
  },
  {
    query: `# Authors with the most papers, by category
query BusiestAuthors {
  authors(first: 10, orderBy: PAPER_COUNT) {
    nodes {
      name
      paperCount
      categories {
        paperCount
        category {
          code
          name
        }
      }
      papers(first: 3) {
        nodes {
          title
          firstDigestDate
        }
      }
    }
  }
}
`,
  },
  {
    query: `# The latest digest, entry by entry
query LatestDigest {
  digests(first: 1) {
    nodes {
      date
      language
      source {
        name
      }
      entryCount
      categories {
        entryCount
        category {
          code
          name
        }
      }
      entries(first: 5) {
        nodes {
          position
          paper {
            title
            absUrl
          }
          summary {
            tldr
            motivation
            method
            result
            conclusion
          }
        }
      }
    }
  }
}
`,
  },
  {
    query: `# Papers that match the filter in Variables
query FilteredPapers($filter: PaperFilter) {
  papers(filter: $filter, orderBy: TITLE) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      title
      pdfUrl
      categories {
        code
      }
      firstDigestDate
    }
  }
}
`,
    variables: `{
  "filter": {
    "categories": ["cs.*"],
    "hasSummary": true
  }
}
`,
  },
  {
    query: `# Run this, then ingest a digest: new papers
# appear here, up to the latest 1,000
subscription IncomingPapers {
  paperIngested {
    cursor
    caughtUp
    events {
      kind
      occurredAt
      paper {
        arxivId
        title
        primaryCategory {
          name
        }
      }
      entry {
        summary {
          language
          tldr
        }
      }
    }
  }
}
`,
  },
];

/** The first tab if the server runs trusted documents only. */
export const trustedOnlyNote: ReadyMadeOperation = {
  query: `# This server runs trusted documents only,
# so it refuses the queries of these tabs and
# shows no documentation. Its operator can put
# the admin token into Headers below, then
# reload the schema.
query WhatIsThis {
  __typename
}
`,
  headers: `{
  "authorization": "Bearer ADMIN_TOKEN"
}
`,
};
