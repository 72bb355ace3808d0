"""Plays operators in a real Airflow: a DAG file, a Connection, Variables and events in a real metadata database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy import event as on

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

DAG_FILE = """
from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetAlias, CronPartitionTimetable
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.operators import (
    DriveDeltaReconcileOperator,
    DriveDeltaToParquetOperator,
    DriveDeltaVacuumOperator,
    SharePointListDeltaToParquetOperator,
    SharePointListReconcileOperator,
)

with DAG({dag_id!r}, schedule={schedule}) as dag:
    {call}
"""


@dataclass(frozen=True)
class Played:
    """What one run left behind, wherever Airflow keeps it."""

    states: list[str]
    tries: int
    xcoms: dict[str, object]
    events: list[tuple[str, dict[str, object]]]
    rendered: list[dict[str, object]]
    log: str

    @property
    def state(self) -> str:
        (only,) = self.states
        return only

    @property
    def summary(self) -> dict[str, object]:
        found = self.xcoms.get("return_value")
        assert isinstance(found, dict), self.log
        return found

    @property
    def everything(self) -> str:
        """All that a person with access to the UI can read of the run."""
        return self.log + json.dumps([self.xcoms, self.events, self.rendered], default=str)


@dataclass
class Airflow:
    """A DAG of one task, written, played and looked at."""

    home: Path
    dag_id: str
    read_log: Callable[[], str]

    def play(
        self,
        *,
        conf: dict[str, object] | None = None,
        logical_date: datetime | None = None,
        raw: str = "",
        expand: dict[str, list[str]] | None = None,
        operator: str = "DriveDeltaToParquetOperator",
        schedule: str = "None",
        run: dict[str, object] | None = None,
        **arguments: object,
    ) -> Played:
        """Run the operator once, without a logical date unless one is given.

        :param raw: Python for more arguments; `schedule`: Python for the DAG's.
        :param run: what is to be another's than a manual run's; an older run of the same `run_id` begins again.
        """
        given = "".join(f"{name}={value!r}, " for name, value in ({"task_id": "pull"} | arguments).items()) + raw
        mapped = f".partial({given}).expand(**{expand!r})" if expand else f"({given})"
        file = self.home / "dags" / f"{self.dag_id}.py"
        file.write_text(DAG_FILE.format(dag_id=self.dag_id, call=operator + mapped, schedule=schedule))
        with self._made(run or {}):
            return self.play_file(file, conf=conf, logical_date=logical_date)

    @contextmanager
    def _made(self, run: dict[str, object]) -> Iterator[None]:
        """Runs are made with these fields, as the scheduler would, since `dag.test` makes manual ones alone."""
        from airflow.models.dagrun import DagRun

        def change(_: object, __: object, made: DagRun) -> None:
            for name, value in run.items():
                setattr(made, name, value)

        with self._session() as session:
            session.execute(delete(DagRun).where(DagRun.dag_id == self.dag_id, DagRun.run_id == run.get("run_id")))
            session.commit()
        on.listen(DagRun, "before_insert", change)
        try:
            yield
        finally:
            on.remove(DagRun, "before_insert", change)

    def play_file(
        self, file: Path, *, conf: dict[str, object] | None = None, logical_date: datetime | None = None
    ) -> Played:
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=file)
        assert not bag.import_errors
        (dag,) = bag.dags.values()
        self.read_log()
        run = dag.test(run_conf=conf, logical_date=logical_date)
        with self._session() as session:
            return self._look(session, run)

    def runs_of(self, dag_id: str) -> list[tuple[str, dict[str, object]]]:
        """The runs of a DAG that a task started: their ids and their conf."""
        from airflow.models.dagrun import DagRun

        with self._session() as session:
            found = session.scalars(select(DagRun).filter_by(dag_id=dag_id).order_by(DagRun.id))
            return [(run.run_id, dict(run.conf or {})) for run in found if run.run_type == "operator_triggered"]

    def end_run(self, dag_id: str, state: str) -> None:
        """Let the runs of a DAG have ended so."""
        from airflow.models.dagrun import DagRun

        with self._session() as session:
            session.execute(update(DagRun).where(DagRun.dag_id == dag_id).values(state=state))
            session.commit()

    def connect(self, conn_id: str = "drivedelta_default", **fields: object) -> None:
        """Create the Connection, or replace it."""
        from airflow.models.connection import Connection

        with self._session() as session:
            session.execute(delete(Connection).where(Connection.conn_id == conn_id))
            session.add(Connection(conn_id=conn_id, **({"conn_type": "drivedelta"} | fields)))
            session.commit()

    def variable(self) -> dict[str, object] | None:
        """The one Variable that a feed's token is kept in, with its description; None when there is none."""
        from airflow.models.variable import Variable

        with self._session() as session:
            rows = session.scalars(select(Variable).where(Variable.key.startswith("drivedelta__"))).all()
            if not rows:
                return None
            (row,) = rows
            value = json.loads(row.get_val())
            return {"key": row.key, "description": row.description, **value}

    def set_variable(self, key: str, text: str) -> None:
        from airflow.models.variable import Variable

        with self._session() as session:
            session.execute(delete(Variable).where(Variable.key == key))
            session.add(Variable(key=key, val=text))
            session.commit()

    def variable_text(self) -> str:
        """The Variable's value as it is kept."""
        kept = self.variable() or {}
        return json.dumps({name: value for name, value in kept.items() if name not in ("key", "description")})

    def delete_variables(self) -> None:
        from airflow.models.variable import Variable

        with self._session() as session:
            session.execute(delete(Variable))
            session.commit()

    def clean(self) -> None:
        from airflow.models.connection import Connection

        with self._session() as session:
            session.execute(delete(Connection))
            session.commit()
        self.delete_variables()
        (self.home / "dags" / f"{self.dag_id}.py").unlink(missing_ok=True)

    def _session(self) -> Session:
        from airflow import settings

        assert settings.Session is not None
        return settings.Session.session_factory()

    def _look(self, session: Session, run: DagRun) -> Played:
        from airflow.models.asset import AssetEvent
        from airflow.models.renderedtifields import RenderedTaskInstanceFields as Rendered
        from airflow.models.xcom import XComModel

        tasks = run.get_task_instances(session=session)
        mine = {"dag_id": run.dag_id, "run_id": run.run_id}
        events = select(AssetEvent).filter_by(source_dag_id=run.dag_id, source_run_id=run.run_id)
        return Played(
            states=[str(ti.state) for ti in tasks],
            tries=max(ti.try_number for ti in tasks),
            xcoms={
                row.key: XComModel.deserialize_value(row)
                for row in session.scalars(select(XComModel).filter_by(**mine))
            },
            events=[(event.asset.uri, dict(event.extra)) for event in session.scalars(events)],
            rendered=[dict(row.rendered_fields) for row in session.scalars(select(Rendered).filter_by(**mine))],
            log=self.read_log(),
        )
