# Builds with all dependencies, ships without those that only the build and the tests need.
FROM node:22-slim AS build
WORKDIR /app
COPY . .
# The client package is left out, and so is the embedded Postgres (the optional dependencies): compose runs Postgres beside it.
RUN npm ci --workspaces=false && npm prune --workspaces=false --omit=dev --omit=optional --ignore-scripts

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
