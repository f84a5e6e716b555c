// The words of what is secret and covered.
const count = (n: number) => n.toLocaleString('en');

export const secrets = {
  said: (n: number, shown: boolean) =>
    `${n === 1 ? 'One value is' : `${count(n)} values are`} secret${shown ? ', and shown.' : ', so covered.'}`,
  show: 'Show',
  cover: 'Cover',
  copiedCovered: 'Copied with its secrets covered.',
};
