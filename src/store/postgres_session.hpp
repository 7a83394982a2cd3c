// One session with a PostgreSQL server: libpq without its blocking calls, so that every wait has a deadline.
#pragma once
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::store {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresSession {
 public:
  static base::Result<PostgresSession> connect(const base::Secret& url, base::Duration limit);

  /// False once the server has gone, as far as this side has heard.
  bool alive();
  /// The last result, or the first error, of what was sent; unavailable if the connection is lost, which it is for
  /// good after a deadline.
  base::Result<PostgresResult> receive(bool sent, base::Instant deadline);
  PGconn* get() const { return connection_.get(); }
  void drop() { connection_.reset(); }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  explicit PostgresSession(PGconn* connection) : connection_(connection) {}
  bool wait(short events, base::Instant deadline) const;
  base::Status flush(base::Instant deadline);
  tl::unexpected<base::Error> lost();
  tl::unexpected<base::Error> late();

  std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace frontdesk::store
