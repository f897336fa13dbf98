#include "harness/sys/machine_use.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace gapmeter {
namespace {

int open_to_read(const char* path) {
  return open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

// Opens the file, and creates it if necessary; -1 if that is impossible.
int open_lock(const char* path) {
  // Not with O_CREAT right away: in a directory like /tmp the system refuses that for another
  // user's file (fs.protected_regular).
  int fd = open_to_read(path);
  if (fd < 0 && errno == ENOENT) {
    fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (fd < 0) return open_to_read(path);  // another run was faster
    // Every user must be able to open it, whatever the umask. If this fails, the lock still works
    // for this user.
    [[maybe_unused]] const int failed = fchmod(fd, 0444);
  }
  struct stat status {};
  if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
    close(fd);
    return -1;
  }
  return fd;
}

// Locks of an open file description survive when a process forks or closes another descriptor of
// the file, and never conflict with the process's own.
struct flock lock_of(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  return lock;
}

}  // namespace

std::filesystem::path machine_lock() {
  const char* named = std::getenv("GAPMETER_MACHINE_LOCK");
  return named != nullptr && *named != 0 ? named : "/tmp/gapmeter.lock";
}

MachineUse::MachineUse(const std::filesystem::path& lock) : fd_(open_lock(lock.c_str())) {
  if (fd_ < 0) return;
  struct flock shared = lock_of(F_RDLCK);
  // Refused only if another process has an exclusive lock, which is_shared() reports.
  [[maybe_unused]] const int failed = fcntl(fd_, F_OFD_SETLK, &shared);
}

MachineUse::~MachineUse() {
  if (fd_ >= 0) close(fd_);
}

bool MachineUse::is_shared() const {
  if (fd_ < 0) return false;
  struct flock alone = lock_of(F_WRLCK);
  return fcntl(fd_, F_OFD_GETLK, &alone) == 0 && alone.l_type != F_UNLCK;
}

}  // namespace gapmeter
