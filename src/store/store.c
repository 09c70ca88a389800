/*
 * The store's life: making the file, opening, and lending connections.
 *
 * A connection that met a failure is closed, and the next call opens another: so the service
 * returns by itself when the disk does. Only store_prepare ever makes the file. Were it made by
 * whoever finds it missing, comments would go into an empty store while the real one is away.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "os/fd.h"
#include "store/connection.h"
#include "store/file.h"
#include "store/migrations.h"
#include "store/search.h"

#define STORE_MAGIC       0x5354
#define STORE_CONNECTIONS 4

struct store {
	unsigned magic;
	char *path;
	_Atomic uint64_t *generation;
	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t returned;
	struct connection *idle;
	unsigned count;  /* connections, the lent ones too */
	bool resting[2]; /* by access: said already, so that one event is one line in the log */
	_Atomic unsigned searching; /* callers; not under the lock */
};

char *store_path(const char *file, struct fault *fault)
{
	const char *front = file[0] == '/' ? "" : "./";
	char *path = NULL;
	if (asprintf(&path, "%s%s", front, file) < 0) {
		fault_set(fault, "memory is out");
		return NULL;
	}
	return path;
}

/* Makes the file, readable by its owner alone, and puts its name on the disk. SQLite gives its
 * companions (-wal, -shm) the same mode. */
static bool make_file(char *path, struct fault *fault)
{
	char *slash = strrchr(path, '/');
	*slash = '\0';
	const char *folder = slash == path ? "/" : path;
	bool made = directory_make(folder, 0700, fault);
	int folder_fd = made ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int error = errno;
	*slash = '/';
	if (!made)
		return false;
	if (folder_fd < 0)
		return fault_set(fault,
			"the folder of the store %s cannot be opened: %s; make it "
			"readable for this user",
			path, strerror(error));

	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool well = fd >= 0 ? fsync(folder_fd) == 0 : errno == EEXIST;
	if (!well)
		fault_set(fault,
			"the store %s cannot be made: %s; let this user write there, or "
			"name another place",
			path, strerror(errno));
	fd_close(&fd);
	fd_close(&folder_fd);
	return well;
}

/* Two processes that switch a new file to WAL at once get BUSY without being made to wait. */
static bool switch_to_wal(sqlite3 *db, struct fault *fault)
{
	static const int pause_ms = 20;
	int code = SQLITE_BUSY;
	for (int waited = 0; code == SQLITE_BUSY && waited <= CONNECTION_BUSY_MS;
		waited += pause_ms) {
		if (waited > 0)
			sqlite3_sleep(pause_ms);
		code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	}
	return code == SQLITE_OK || fault_set(fault, "%s", sqlite3_errmsg(db));
}

static bool prepare_file(const char *path, struct fault *fault)
{
	sqlite3 *db = NULL;
	bool well = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
			    SQLITE_OK &&
		    sqlite3_busy_timeout(db, CONNECTION_BUSY_MS) == SQLITE_OK &&
		    sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) == SQLITE_OK;
	if (!well)
		fault_set(fault, "%s", db != NULL ? sqlite3_errmsg(db) : "memory is out");
	well = well && switch_to_wal(db, fault) && migrations_run(db, fault);
	if (sqlite3_close(db) != SQLITE_OK && well)
		well = fault_set(fault, "it cannot be closed: %s", sqlite3_errmsg(db));
	return well;
}

bool store_prepare(const char *file, struct fault *fault)
{
	char *path = store_path(file, fault);
	if (path == NULL)
		return false;
	struct fault why;
	bool well = make_file(path, fault);
	if (well && !prepare_file(path, &why))
		well = fault_set(fault, "%s: %s", path, why.text);
	free(path);
	return well;
}

/* While it serves, a process may be fenced in: what SQLite would open then, it opens now, or in the
 * only folder that is left. A store that is opened later keeps the first one's folder. */
static void settle_library(const char *path)
{
	unsigned char seed;
	sqlite3_randomness(0, NULL);
	sqlite3_randomness(sizeof(seed), &seed); /* reads the system's source of them */
	char *real = sqlite3_temp_directory == NULL ? realpath(path, NULL) : NULL;
	if (real == NULL)
		return;
	char *slash = strrchr(real, '/');
	slash[slash == real] = '\0';
	sqlite3_temp_directory = sqlite3_mprintf("%s", real);
	free(real);
}

struct store *store_open(const char *file, _Atomic uint64_t *generation, struct fault *fault)
{
	struct fault why;
	char *path = store_path(file, fault);
	if (path == NULL)
		return NULL;
	struct store *store = calloc(1, sizeof(*store));
	struct connection *first = connection_open(path, CONNECTION_BUSY_MS, &why);
	if (store == NULL || first == NULL) {
		fault_set(fault, "the store %s cannot be opened: %s", path,
			first == NULL ? why.text : "memory is out");
		goto fail_connection;
	}
	if (pthread_mutex_init(&store->lock, NULL) != 0) {
		fault_set(fault, "memory is out");
		goto fail_connection;
	}
	if (pthread_cond_init(&store->returned, NULL) != 0) {
		fault_set(fault, "memory is out");
		goto fail_lock;
	}
	settle_library(path);
	store->magic = STORE_MAGIC;
	store->path = path;
	store->generation = generation;
	store->idle = first;
	store->count = 1;
	return store;

fail_lock:
	pthread_mutex_destroy(&store->lock);
fail_connection:
	if (first != NULL)
		connection_close(first);
	free(store);
	free(path);
	return NULL;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	CHECK_MAGIC(store, STORE_MAGIC);
	while (store->idle != NULL) {
		struct connection *connection = store->idle;
		store->idle = connection->next;
		store->count--;
		if (connection_is_stale(connection))
			connection_forsake(connection);
		else
			connection_close(connection);
	}
	CHECK(store->count == 0); /* none is lent */
	pthread_cond_destroy(&store->returned);
	pthread_mutex_destroy(&store->lock);
	free(store->path);
	*store = (struct store){0};
	free(store);
}

/* Writes one line when the store begins to rest, and one when it is back. */
static void note_state(struct store *store, enum store_access access, bool resting, const char *why)
{
	static const char *const doing[] = {[STORE_READ] = "read", [STORE_WRITE] = "written"};
	pthread_mutex_lock(&store->lock);
	bool changed = store->resting[access] != resting;
	store->resting[access] = resting;
	pthread_mutex_unlock(&store->lock);
	if (changed && resting)
		log_message(LOG_ERROR,
			"Comments are resting: the store %s cannot be %s: %s. Look at the disk and "
			"the file; the comments come back by themselves",
			store->path, doing[access], why);
	else if (changed)
		log_message(
			LOG_WARNING, "The store %s can be %s again", store->path, doing[access]);
}

static void give_back(struct store *store, struct connection *connection, bool sound)
{
	if (!sound && connection != NULL) {
		connection_forsake(connection);
		connection = NULL;
	}
	pthread_mutex_lock(&store->lock);
	if (connection != NULL) {
		connection->next = store->idle;
		store->idle = connection;
	} else {
		store->count--;
	}
	pthread_cond_signal(&store->returned);
	pthread_mutex_unlock(&store->lock);
}

/* Another idle one in the place of this one, which is of no use; NULL: there is none. */
static struct connection *exchange(struct store *store, struct connection *connection)
{
	connection_forsake(connection);
	pthread_mutex_lock(&store->lock);
	connection = store->idle;
	if (connection != NULL) {
		store->idle = connection->next;
		store->count--;
		pthread_cond_signal(&store->returned);
	}
	pthread_mutex_unlock(&store->lock);
	return connection;
}

/* Where others are known to hold the store, only the first ones wait for it: every caller has a
 * thread that pages need, too. */
static struct connection *lend(struct store *store, enum store_access access, struct fault *fault)
{
	pthread_mutex_lock(&store->lock);
	while (store->idle == NULL && store->count == STORE_CONNECTIONS)
		pthread_cond_wait(&store->returned, &store->lock);
	int patience = store->resting[access] ? CONNECTION_HURRY_MS : CONNECTION_BUSY_MS;
	struct connection *connection = store->idle;
	if (connection != NULL)
		store->idle = connection->next;
	else
		store->count++;
	pthread_mutex_unlock(&store->lock);

	/* All that are stale are closed at once: nothing is written before the last one is. */
	while (connection != NULL &&
		(connection_is_stale(connection) ||
			(access == STORE_WRITE && connection_only_reads(connection))))
		connection = exchange(store, connection);
	if (connection == NULL)
		connection = connection_open(store->path, patience, fault);
	else
		(void)sqlite3_busy_timeout(connection->db, patience); /* fails for NULL alone */
	if (connection == NULL)
		give_back(store, NULL, false);
	return connection;
}

static enum store_result run_statement(struct connection *connection, enum statement which)
{
	struct query query;
	query_open(&query, connection, which);
	return query_finish(&query);
}

static enum store_result run_write(struct connection *connection, store_work *work, void *task)
{
	enum store_result result = run_statement(connection, STATEMENT_BEGIN);
	if (result == STORE_OK)
		result = work(connection, task);
	if (result == STORE_OK)
		result = run_statement(connection, STATEMENT_COMMIT);
	/* Some failures have rolled back already. */
	if (result != STORE_OK && sqlite3_get_autocommit(connection->db) == 0 &&
		run_statement(connection, STATEMENT_ROLLBACK) != STORE_OK)
		result = STORE_RESTING;
	return result;
}

enum store_result store_run(
	struct store *store, enum store_access access, store_work *work, void *task)
{
	CHECK_MAGIC(store, STORE_MAGIC);
	struct fault fault;
	struct connection *connection = lend(store, access, &fault);
	if (connection == NULL) {
		note_state(store, access, true, fault.text);
		return STORE_RESTING;
	}
	enum store_result result =
		access == STORE_WRITE ? run_write(connection, work, task) : work(connection, task);
	/* Never an acknowledgement of what the next start will not find. */
	if (access == STORE_WRITE && result == STORE_OK && connection_is_stale(connection))
		result = connection_rest(connection, "its files were replaced in this moment");
	bool sound = result != STORE_RESTING;
	note_state(store, access, !sound, connection->fault.text);
	give_back(store, connection, sound);
	if (access == STORE_WRITE && result == STORE_OK && store->generation != NULL)
		atomic_fetch_add(store->generation, 1);
	return result;
}

bool store_search_begin(struct store *store)
{
	CHECK_MAGIC(store, STORE_MAGIC);
	if (atomic_fetch_add(&store->searching, 1) < STORE_SEARCHES)
		return true;
	atomic_fetch_sub(&store->searching, 1);
	return false;
}

void store_search_end(struct store *store)
{
	CHECK_MAGIC(store, STORE_MAGIC);
	unsigned before = atomic_fetch_sub(&store->searching, 1);
	CHECK(before > 0);
}
