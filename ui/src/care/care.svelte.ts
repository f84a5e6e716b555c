// The dialog of backups, which is opened from several places.
class Care {
  open = $state(false);
}

export const care = new Care();
