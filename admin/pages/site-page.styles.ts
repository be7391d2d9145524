import { css } from 'lit';

/** A site's page: sections, form and preview side by side where there is room, one below the other where there is not. */
export const sitePageStyles = css`
  .page > * {
    max-inline-size: 1320px;
  }

  .page-title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--pc-2) var(--pc-3);
    overflow-wrap: anywhere;
  }

  .columns {
    display: grid;
    grid-template-columns: 176px minmax(0, 1fr) minmax(0, 384px);
    gap: var(--pc-5);
    align-items: start;
  }

  .columns.no-preview {
    grid-template-columns: 176px minmax(0, 820px);
  }

  nav {
    position: sticky;
    inset-block-start: 0;
    display: grid;
    gap: 2px;
  }

  nav a {
    display: flex;
    align-items: center;
    gap: var(--pc-2);
    min-block-size: 38px;
    padding-inline: var(--pc-3);
    border-radius: var(--pc-radius-s);
    font-size: var(--pc-text-s);
    font-weight: 600;
    color: var(--pc-text-2);
    text-decoration: none;
  }

  nav a:hover {
    background: var(--pc-surface-3);
    color: var(--pc-text);
  }

  nav a[aria-current='page'] {
    background: var(--pc-accent-soft);
    color: var(--pc-accent);
  }

  .flag {
    inline-size: 8px;
    block-size: 8px;
    border-radius: 50%;
    background: var(--pc-danger);
  }

  .form,
  .section {
    display: grid;
    gap: var(--pc-5);
    min-inline-size: 0;
  }

  aside {
    position: sticky;
    inset-block-start: 0;
  }

  @media (max-width: 1240px) {
    .columns {
      grid-template-columns: minmax(0, 1fr) minmax(0, 340px);
    }

    .columns.no-preview {
      grid-template-columns: minmax(0, 1fr);
    }

    nav {
      position: static;
      grid-column: 1 / -1;
      display: flex;
      overflow-x: auto;
      scrollbar-width: thin;
      margin-inline: calc(-1 * var(--pc-3));
      padding-inline: var(--pc-3);
    }

    nav a {
      flex: none;
    }
  }

  @media (max-width: 900px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }

    aside {
      position: static;
    }
  }
`;
