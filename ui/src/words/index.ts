// The words of the page. A second language is a second table of the same type.
export { en as words } from './en';
