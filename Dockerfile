# Builds with everything, ships without what only builds and tests need.
FROM node:22-slim AS build
WORKDIR /app
COPY . .
# The database is a container of its own: no embedded Postgres (the optional dependencies).
RUN npm ci && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/prisma ./prisma
COPY --from=build /app/node_modules ./node_modules
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/papergraph.js"]
CMD ["serve", "--host", "0.0.0.0", "--port", "4000"]
