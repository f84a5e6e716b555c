/* Stands between the program and the C library (LD_PRELOAD) and plays the machine that fails it: counts what is done to the files
 * below one folder and to TCP connections, ends the process at a chosen operation, lets the disk be full or read-only, sets the clock,
 * and writes down every operation with its bytes. The product holds nothing of this; without the environment below it does nothing.
 *
 *   AFTERCHAT_FAULTS_CONTROL  a file of 64-bit words (`enum word`), shared with the test, which changes them while the program runs
 *   AFTERCHAT_FAULTS_BELOW    the folder whose files are watched
 *   AFTERCHAT_FAULTS_LOG      where operations are written down; without it they are only counted
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The words of the control file; `Word` in interposer.rs names the same ones. */
enum word {
    DONE,          /* operations so far */
    DIE_AT,        /* the operation to die at, counted from 1; 0 for never */
    DIE_WHEN,      /* before it, or in the middle of it */
    DIED_KIND,     /* the operation it died at, and on which file */
    DIED_FILE,
    REFUSE,        /* the error that writes are answered with; 0 for none */
    LIMITED,       /* 1 when files may only grow by ROOM bytes */
    ROOM,
    CLOCK,         /* seconds the clock is ahead, signed */
    WORDS
};
/* In the middle of a write half of its bytes are written; anything else is done as a whole, and then it is over. */
enum when { BEFORE, MIDDLE };
enum kind { WRITE = 1, SYNC, TRUNCATE, CREATE, UNLINK, RENAME, ANSWER };
/* What an operation is done to. The folder itself is synced so that names in it last. */
enum file { OTHER, MAIN, LOG, JOURNAL, FOLDER, CONNECTION };

static volatile int64_t *control;
static char below[4096];
static size_t below_length;
static int log_file = -1;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t real_write(int fd, const void *bytes, size_t length) {
    REAL(write);
    return real(fd, bytes, length);
}

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(open64);
    return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("AFTERCHAT_FAULTS_CONTROL");
    const char *folder = getenv("AFTERCHAT_FAULTS_BELOW");
    const char *log = getenv("AFTERCHAT_FAULTS_LOG");
    if (!path || !folder || strlen(folder) >= sizeof below) return;
    strcpy(below, folder);
    below_length = strlen(below);
    if (log) log_file = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = real_open(path, O_RDWR | O_CLOEXEC, 0);
    void *words = fd < 0 ? MAP_FAILED : mmap(NULL, WORDS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED || (log && log_file < 0)) {
        fprintf(stderr, "the interposer cannot use %s or its log\n", path);
        abort();
    }
    control = words;
}

static int ends(const char *name, const char *ending) {
    size_t length = strlen(name), wanted = strlen(ending);
    return length >= wanted && !strcmp(name + length - wanted, ending);
}

/* The name within the folder, or NULL for a path that is not watched. Shared memory is none of the disk's; what was unlinked neither. */
static const char *watched(const char *path) {
    if (!control || strncmp(path, below, below_length)) return NULL;
    const char *name = path + below_length;
    if (!*name) return "";
    if (*name != '/' || ends(name, "-shm") || ends(name, " (deleted)")) return NULL;
    return name + 1;
}

static const char *watched_file(int fd, char *path, size_t size) {
    char link[64];
    if (!control) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return watched(path);
}

static enum file file_of(const char *name) {
    return !*name ? FOLDER : ends(name, ".sqlite") ? MAIN : ends(name, "-wal") ? LOG : ends(name, "-journal") ? JOURNAL : OTHER;
}

static void die(enum kind kind, enum file file) {
    control[DIED_KIND] = kind;
    control[DIED_FILE] = file;
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* One operation. Between `enter` and `leave` no other is done, so the log has the order in which they happened. */
static int enter(enum kind kind, enum file file) {
    pthread_mutex_lock(&order);
    int64_t number = control[DONE] + 1;
    control[DONE] = number;
    int now = control[DIE_AT] == number;
    if (now && control[DIE_WHEN] == BEFORE) die(kind, file);
    return now;
}

static void leave(int now, enum kind kind, enum file file) {
    if (now) die(kind, file);
    pthread_mutex_unlock(&order);
}

static void put(const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        ssize_t done = real_write(log_file, next, length);
        if (done <= 0) abort();
        next += done;
        length -= (size_t)done;
    }
}

/* kind, length of the name, place, length of the bytes; then the name and the bytes. */
static void note(enum kind kind, const char *name, uint64_t place, const void *bytes, uint64_t length) {
    if (log_file < 0) return;
    uint64_t head[4] = {kind, strlen(name), place, length};
    put(head, sizeof head);
    put(name, strlen(name));
    put(bytes, length);
}

/* Writing at a place. `REFUSE` and a full disk answer as the system does: an error, or less written than asked. */
static ssize_t write_at(int fd, const char *name, const void *bytes, size_t length, off64_t place,
                        ssize_t (*really)(int, const void *, size_t, off64_t)) {
    enum file file = file_of(name);
    int now = enter(WRITE, file);
    ssize_t done = -1;
    int error = (int)control[REFUSE];
    if (!error && control[LIMITED]) {
        struct stat64 status;
        int64_t grows = fstat64(fd, &status) ? 0 : place + (int64_t)length - status.st_size;
        if (grows > control[ROOM]) {
            int64_t left = (int64_t)length - (grows - control[ROOM]);
            if (left <= 0) error = ENOSPC;
            else length = (size_t)left;
            grows = control[ROOM];
        }
        if (!error && grows > 0) control[ROOM] -= grows;
    }
    if (!error) {
        if (now) length = length / 2;
        done = really(fd, bytes, length, place);
        error = errno;
        if (done > 0) note(WRITE, name, (uint64_t)place, bytes, (uint64_t)done);
    }
    leave(now, WRITE, file);
    errno = error;
    return done;
}

static ssize_t really_pwrite(int fd, const void *bytes, size_t length, off64_t place) {
    REAL(pwrite64);
    return real(fd, bytes, length, place);
}

static ssize_t really_write(int fd, const void *bytes, size_t length, off64_t place) {
    (void)place;
    return real_write(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) {
    char path[4096];
    const char *name = watched_file(fd, path, sizeof path);
    return name ? write_at(fd, name, bytes, length, place, really_pwrite) : really_pwrite(fd, bytes, length, place);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) {
    return pwrite64(fd, bytes, length, place);
}

/* Whether it is a TCP connection, and the port at its other end. */
static int is_connection(int fd, uint16_t *port) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    if (!control || getpeername(fd, (struct sockaddr *)&peer, &length) || peer.sin_family != AF_INET) return 0;
    *port = ntohs(peer.sin_port);
    return 1;
}

/* The first bytes of an answer tell which it is. It counts as told from the moment before it leaves. */
static int enter_answer(uint16_t port, const void *bytes, size_t length) {
    int now = enter(ANSWER, CONNECTION);
    note(ANSWER, "", port, bytes, length < 16 ? length : 16);
    return now;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    uint16_t port;
    const char *name = watched_file(fd, path, sizeof path);
    if (name) {
        off64_t place = lseek64(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
        return write_at(fd, name, bytes, length, place, really_write);
    }
    if (!is_connection(fd, &port)) return real_write(fd, bytes, length);
    int now = enter_answer(port, bytes, length);
    ssize_t done = real_write(fd, bytes, length);
    leave(now, ANSWER, CONNECTION);
    return done;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    REAL(send);
    uint16_t port;
    if (!is_connection(fd, &port)) return real(fd, bytes, length, flags);
    int now = enter_answer(port, bytes, length);
    ssize_t done = real(fd, bytes, length, flags);
    leave(now, ANSWER, CONNECTION);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    uint16_t port;
    if (count < 1 || !is_connection(fd, &port)) return real(fd, parts, count);
    int now = enter_answer(port, parts[0].iov_base, parts[0].iov_len);
    ssize_t done = real(fd, parts, count);
    leave(now, ANSWER, CONNECTION);
    return done;
}

static int synced(int fd, int (*really)(int)) {
    char path[4096];
    const char *name = watched_file(fd, path, sizeof path);
    if (!name) return really(fd);
    enum file file = file_of(name);
    int now = enter(SYNC, file);
    int failed = really(fd);
    int error = errno;
    if (!failed) note(SYNC, name, 0, "", 0);
    leave(now, SYNC, file);
    errno = error;
    return failed;
}

int fsync(int fd) {
    REAL(fsync);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    return synced(fd, real);
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    char path[4096];
    const char *name = watched_file(fd, path, sizeof path);
    if (!name) return real(fd, length);
    enum file file = file_of(name);
    int now = enter(TRUNCATE, file);
    int error = (int)control[REFUSE], failed = -1;
    if (!error) {
        failed = real(fd, length);
        error = errno;
        if (!failed) note(TRUNCATE, name, (uint64_t)length, "", 0);
    }
    leave(now, TRUNCATE, file);
    errno = error;
    return failed;
}

int ftruncate(int fd, off_t length) {
    return ftruncate64(fd, length);
}

/* Opening matters when it makes a file, empties one, or asks to write where nothing may be written. */
static int opened(const char *path, int flags, mode_t mode) {
    const char *name = watched(path);
    if (!name || !(flags & (O_WRONLY | O_RDWR | O_CREAT))) return real_open(path, flags, mode);
    if (control[REFUSE] == EROFS) {
        errno = EROFS;
        return -1;
    }
    struct stat64 status;
    int there = !stat64(path, &status);
    if (there ? !(flags & O_TRUNC) : !(flags & O_CREAT)) return real_open(path, flags, mode);
    enum kind kind = there ? TRUNCATE : CREATE;
    enum file file = file_of(name);
    int now = enter(kind, file);
    int fd = real_open(path, flags, mode);
    int error = errno;
    if (fd >= 0) note(kind, name, 0, "", 0);
    leave(now, kind, file);
    errno = error;
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

int unlink(const char *path) {
    REAL(unlink);
    const char *name = watched(path);
    if (!name) return real(path);
    enum file file = file_of(name);
    int now = enter(UNLINK, file);
    int error = control[REFUSE] == EROFS ? EROFS : 0, failed = -1;
    if (!error) {
        failed = real(path);
        error = errno;
        if (!failed) note(UNLINK, name, 0, "", 0);
    }
    leave(now, UNLINK, file);
    errno = error;
    return failed;
}

/* The new name stands where the bytes of others do. */
int rename(const char *from, const char *to) {
    REAL(rename);
    const char *name = watched(from), *target = watched(to);
    if (!name || !target) return real(from, to);
    enum file file = file_of(name);
    int now = enter(RENAME, file);
    int failed = real(from, to);
    int error = errno;
    if (!failed) note(RENAME, name, 0, target, strlen(target));
    leave(now, RENAME, file);
    errno = error;
    return failed;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(clock_gettime);
    int failed = real(clock, time);
    if (!failed && control && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += control[CLOCK];
    return failed;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    REAL(gettimeofday);
    int failed = real(time, zone);
    if (!failed && control) time->tv_sec += control[CLOCK];
    return failed;
}
